//! The facts of a run itself, for the checks that are evaluated after all others.

use super::{FieldSpec, FieldType, KindSpec};

/// The kinds that assessing states, not collecting.
pub const RUN_KINDS: &[KindSpec] = &[KindSpec {
    name: "run",
    subject: "site:NAME",
    en: "this run of tenken: what it could see, and how open findings and waivers stand",
    ja: "今回の点検そのもの: 確認できた範囲と、未対応事項・例外措置の状態",
    fields: &[
        field(
            "coverage_percent",
            "risk units of the checks that were assessed, in percent of those that apply, rounded down",
            "対象となる点検のリスク単位のうち判断できた割合(%、切捨て)",
        ),
        field(
            "open_medium_without_owner",
            "failing findings of band medium or above that have no owner or no due date",
            "担当者または期限のない、中以上の不適合の件数",
        ),
        field(
            "waivers_invalid",
            "waivers that are expired, unused, approved by their own owner, or longer than their band allows",
            "期限切れ・未使用・自己承認・期間超過の例外措置の件数",
        ),
        field(
            "accepted_share_percent",
            "accepted units in percent of the lower bound of residual risk, rounded down",
            "残留リスク下限に占める受容リスクの割合(%、切捨て)",
        ),
        field(
            "accepted_critical",
            "failing findings of band critical that a waiver accepts",
            "受容されている重大リスクの件数",
        ),
        field(
            "waivers_unproven_compensation",
            "waivers whose compensating check did not pass on every subject in this run",
            "代替措置の点検が今回すべて適合とならなかった例外措置の件数",
        ),
    ],
}];

const fn field(name: &'static str, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type: FieldType::Integer, en, ja }
}
