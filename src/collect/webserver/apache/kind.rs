//! The kind that only Apache has.

use super::super::kinds::APACHE_SECTION;
use crate::model::{FieldSpec, FieldType, KindSpec};

/// One section.
pub(in crate::collect::webserver) const SECTION: KindSpec = KindSpec {
    name: APACHE_SECTION,
    subject: "file:PATH#FORM[TEXT]",
    en: "one section of Apache httpd: a condition, a Location or a Directory",
    ja: "Apache httpdのセクション(条件、Location、Directory)",
    fields: &[
        field("form", FieldType::Text, "condition Location Directory", "種別(condition Location Directory)"),
        field(
            "settings_hidden",
            FieldType::Texts,
            "of a condition: settings of safety that do not count because it does not hold",
            "条件が成立しないため効力のない安全設定",
        ),
        field(
            "limits_lifted",
            FieldType::Texts,
            "of a Location: folders whose limits it lifts",
            "Locationが制限を打ち消しているディレクトリ",
        ),
        field(
            "htaccess_may_change",
            FieldType::Texts,
            "of a Directory: what .htaccess files may set (AllowOverride)",
            ".htaccessで変更できる設定(AllowOverride)",
        ),
    ],
};

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
