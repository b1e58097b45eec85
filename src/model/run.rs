//! The facts of a run itself, for the checks that are evaluated after all others.

use super::{FieldSpec, FieldType, KindSpec};

/// The kinds that assessing states, not collecting.
pub const RUN_KINDS: &[KindSpec] = &[
    KindSpec {
        name: "run",
        subject: "site:NAME",
        en: "this run of tenken: what it could see, and how open findings and waivers stand",
        ja: "今回の点検そのもの: 確認できた範囲と、未対応事項・例外措置の状態",
        fields: &[
            typed(
                "narrowed",
                FieldType::Bool,
                "whether a flag (--offline, --only, --skip) left something out",
                "--offline・--only・--skipにより対象を絞った点検か",
            ),
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
                "accepted_share_percent",
                "accepted units in percent of the lower bound of residual risk, rounded down",
                "残留リスク下限に占める受容リスクの割合(%、切捨て)",
            ),
            field(
                "accepted_critical",
                "failing findings of band critical that a waiver accepts",
                "受容されている重大リスクの件数",
            ),
        ],
    },
    KindSpec {
        name: EXCEPTION_KIND,
        subject: "record:waiver/CHECK SUBJECT",
        en: "one waiver, held against this run",
        ja: "例外措置1件と今回の点検結果との照合",
        fields: &[
            typed("in_force", FieldType::Bool, "whether it is approved and has not ended", "有効期間内か"),
            typed("used", FieldType::Bool, "whether a finding stands that it covers", "対象の不適合が存在するか"),
            typed("approver_is_owner", FieldType::Bool, "whether its owner approved it", "保有者自身が承認しているか"),
            typed(
                "within_band_life",
                FieldType::Bool,
                "whether it lasts no longer than its band allows",
                "期間が重大度ごとの上限以内か",
            ),
            typed("expires", FieldType::Time, "its last day", "有効期限"),
            field("findings_count", "findings that it covers now", "現在対象となる不適合の件数"),
            typed(
                "over_wide",
                FieldType::Bool,
                "whether it covers more findings than were approved",
                "承認時より多くの不適合を対象としているか",
            ),
            typed(
                "claims_compensation",
                FieldType::Bool,
                "whether it names a check that makes up for it",
                "代替措置の点検を挙げているか",
            ),
            typed(
                "compensation_proven",
                FieldType::Bool,
                "whether that check passed on every subject in this run",
                "代替措置の点検が今回すべて適合か",
            ),
        ],
    },
    KindSpec {
        name: LEDGER_KIND,
        subject: "site:NAME",
        en: "what the ledger of earlier runs says of the findings of this one",
        ja: "点検履歴と今回の結果との照合",
        fields: &[
            typed(
                "intact",
                FieldType::Bool,
                "whether chain, sequence and findings of the ledger verify",
                "履歴の連鎖・連番・内容が検証できるか",
            ),
            typed(
                "overdue",
                FieldType::Texts,
                "open findings older than their band allows: critical 7, high 30, medium 90, low 180 days",
                "重大度ごとの期限(7・30・90・180日)を過ぎた未対応事項",
            ),
            typed(
                "regressed",
                FieldType::Texts,
                "failing findings that were mended within the last 180 days",
                "180日以内に是正されたのに再発した不適合",
            ),
            typed(
                "unproven",
                FieldType::Texts,
                "findings that failed before and that this run cannot say to pass",
                "過去に不適合で、今回適合を確認できないもの",
            ),
            field(
                "consecutive_rises_count",
                "times in a row that the lower bound of residual risk rose, among full runs of one method and pack",
                "残留リスク下限が連続して上昇した回数",
            ),
            field(
                "days_since_unevaluated_change",
                "days since a partial run first saw another policy, site file, register, configuration or host than the last full run",
                "最後の全体点検の後に方針・台帳・設定などが変わってからの日数",
            ),
            typed(
                "last_full_run_on",
                FieldType::Time,
                "when a run left nothing out by a flag",
                "除外なしで最後に点検した日時",
            ),
        ],
    },
];

/// The kind of one waiver.
pub const EXCEPTION_KIND: &str = "exception";

/// The kind of the facts from earlier runs.
pub const LEDGER_KIND: &str = "ledger";

const fn field(name: &'static str, en: &'static str, ja: &'static str) -> FieldSpec {
    typed(name, FieldType::Integer, en, ja)
}

const fn typed(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
