//! Comments that give the reason of a waiver, each as an observation: so that one that belongs to nothing is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::subject;
use crate::collect::limits::cut;
use crate::model::{FieldSpec, FieldType, KindSpec, Location, Observation};
use crate::syntax::nginx::Remark;

const REMARK: &str = "web-remark";

pub(super) const REMARK_KIND: KindSpec = KindSpec {
    name: REMARK,
    subject: "file:PATH#remark[CHECK]",
    en: "one comment that gives the reason of a waiver",
    ja: "適用除外の理由を述べた設定ファイル中のコメント",
    fields: &[FieldSpec {
        name: "check",
        field_type: FieldType::Text,
        en: "the check that it names",
        ja: "コメントが示す点検項目",
    }],
};

/// One observation a comment; several for one check in one file are numbered.
pub(super) fn observe(remarks: &[(Arc<str>, Remark)]) -> Vec<Observation> {
    let mut taken: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let one = |(file, remark): &'_ (Arc<str>, Remark), number: u32| {
        let more = if number == 1 { String::new() } else { format!("#{number}") };
        let named = subject(file, &format!("remark[{}]{more}", cut(&remark.check)));
        let mut seen = Observation::new(REMARK, named, Location::file(file.as_ref(), remark.line, 1), "comment");
        seen.set("check", cut(&remark.check));
        seen
    };
    let mut all = Vec::new();
    for remark in remarks {
        let number = taken.entry((remark.0.as_ref(), remark.1.check.as_str())).or_insert(0);
        *number += 1;
        all.push(one(remark, *number));
    }
    all
}
