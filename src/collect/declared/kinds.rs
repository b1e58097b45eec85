//! What the declared collector states.

use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    KindSpec {
        name: "declared-list",
        subject: "record:declared/NAME",
        en: "one list that the site file declares",
        ja: "サイトファイルで宣言された一覧",
        fields: &[field("name", Text, "name of the list", "一覧の名称"), field("items", Texts, "its items", "項目")],
    },
    KindSpec {
        name: "declared-form",
        subject: "record:form/PAGE",
        en: "one form that the site file declares",
        ja: "サイトファイルで宣言されたフォーム",
        fields: &[
            field("page", Text, "path of its page", "ページのパス"),
            field("categories", Texts, "categories of personal information", "個人情報の区分"),
            field("purpose", Text, "what they are used for; absent where not stated", "利用目的"),
        ],
    },
    KindSpec {
        name: "data-class",
        subject: "record:data-class/CLASS",
        en: "one class of information that the policy says is acquired",
        ja: "方針で取得すると宣言された情報の区分",
        fields: &[field("has_purpose", Bool, "a purpose is stated", "利用目的が記載されている")],
    },
    KindSpec {
        name: "statute",
        subject: "record:statute/KEY",
        en: "one statute or standard that the body says it applies",
        ja: "適用すると宣言された法令・基準",
        fields: &[field("has_owner", Bool, "an owner is named", "責任者が定められている")],
    },
    KindSpec {
        name: "risk-tolerance",
        subject: "record:risk-tolerance",
        en: "the residual risk that the body tolerates",
        ja: "許容する残留リスク",
        fields: &[
            field("units", Integer, "units of TRM-1", "TRM-1の単位"),
            field("has_approver", Bool, "an approver is named", "承認者が記載されている"),
            field("approved_on", Time, "when it was approved; absent where not stated", "承認日"),
        ],
    },
    KindSpec {
        name: "register",
        subject: "file:PATH",
        en: "the contractor register as a whole",
        ja: "委託先台帳全体",
        fields: &[
            field("approved", Bool, "an approval is recorded", "承認が記録されている"),
            field("approved_on", Time, "when it was approved; absent where not recorded", "承認日"),
            field("entries", Integer, "number of entries", "登録件数"),
        ],
    },
    KindSpec {
        name: "contractor",
        subject: "contractor:ID",
        en: "one entry of the contractor register",
        ja: "委託先台帳の1件",
        fields: &[
            field("status", Text, "planned, active or ended", "状態"),
            field("tier", Integer, "1 to 4; absent where not set", "重要度区分"),
            field("has_contract", Bool, "a contract is recorded", "契約が記録されている"),
            field("contract_from", Time, "first day of the contract", "契約開始日"),
            field("contract_to", Time, "last day of the contract", "契約終了日"),
            field(
                "first_certificate_end",
                Time,
                "earliest last day of a required certification that is held",
                "必要な認証の最も早い期限",
            ),
            field("has_plan", Bool, "a renewal or an exit is planned", "更新または終了の計画がある"),
            field(
                "personal_data",
                Bool,
                "the contract allows personal or specific personal information",
                "個人情報の取扱いを含む",
            ),
            field(
                "sensitive_work",
                Bool,
                "personal data, log access or accounts",
                "個人情報・ログ・アカウントのいずれかを扱う",
            ),
            field(
                "confidentiality_documented",
                Bool,
                "a confidentiality clause with its document is recorded",
                "秘密保持条項とその根拠文書が記録されている",
            ),
            field(
                "missing_clauses",
                Texts,
                "of the 14 contract clauses, those that are not recorded",
                "14条項のうち記録のないもの",
            ),
            field("subcontractor", Bool, "it works under another contractor", "再委託先である"),
            field(
                "subcontract_approved",
                Bool,
                "the subcontracting was approved before the contract began",
                "再委託が開始前に承認されている",
            ),
            field("certification_required", Bool, "the body requires a certification", "認証を求めている"),
            field(
                "missing_certifications",
                Texts,
                "required kinds that it does not hold, or whose scope leaves a service out",
                "保有しない、または範囲に含まれない認証",
            ),
            field("assessment_due", Bool, "its tier calls for regular assessment (1 to 3)", "定期的な確認の対象である"),
            field(
                "yearly",
                Bool,
                "its tier calls for assessment every year (1 or 2, or not set)",
                "毎年の確認の対象である",
            ),
            field("assessed_on", Time, "when its security was last assessed; absent where never", "直近の確認日"),
            field("assessed", Bool, "its security was assessed at least once", "確認の記録がある"),
            field(
                "oldest_open_action",
                Time,
                "earliest due day of an assessment action that is still open",
                "未完了の是正事項の最も早い期限",
            ),
            field("has_open_action", Bool, "an assessment action is still open", "未完了の是正事項がある"),
            field("incident_contact", Bool, "a contact for day and night is recorded", "24時間連絡先が記録されている"),
            field(
                "incident_notice_hours",
                Integer,
                "hours within which it must report; absent where not set",
                "報告期限(時間)",
            ),
            field(
                "handles_logs_or_personal",
                Bool,
                "it holds logs, addresses or personal data",
                "ログ・アドレス・個人情報を保持する",
            ),
            field("country_recorded", Bool, "the country of processing is recorded", "処理する国が記録されている"),
            field("country_lawful", Bool, "Japan, or a legal basis is recorded", "日本国内、または法的根拠がある"),
            field("exit_proved", Bool, "return or deletion of the data was proved", "返却または消去が証明されている"),
            field(
                "exit_proof_days",
                Integer,
                "days from the end of the contract to the proof",
                "終了から証明までの日数",
            ),
        ],
    },
    KindSpec {
        name: "register-account",
        subject: "account:SYSTEM/USER#CONTRACTOR",
        en: "one account of a contractor, as registered",
        ja: "台帳上の委託先アカウント",
        fields: &[
            field("contractor", Text, "contractor's id", "委託先"),
            field("system", Text, "os, cms, cloud, git or dns", "対象システム"),
            field("user", Text, "user name", "ユーザ名"),
            field("allowed_commands", Texts, "commands that it may run with sudo", "許可されたsudoコマンド"),
            field("contractor_status", Text, "planned, active or ended", "委託先の状態"),
            field("contract_from", Time, "first day of the contract", "契約開始日"),
            field("contract_to", Time, "last day of the contract", "契約終了日"),
            field("log_access_purpose", Text, "why it may read logs; absent where it may not", "ログ閲覧の目的"),
            field("log_access_from", Time, "first day of reading logs", "ログ閲覧の開始日"),
            field("log_access_to", Time, "last day of reading logs", "ログ閲覧の終了日"),
        ],
    },
    KindSpec {
        name: "register-key",
        subject: "key:FINGERPRINT#CONTRACTOR",
        en: "one SSH key of a contractor, as registered",
        ja: "台帳上の委託先SSH鍵",
        fields: &[
            field("contractor", Text, "contractor's id", "委託先"),
            field("fingerprint", Text, "SHA256 fingerprint", "SHA256フィンガープリント"),
            field("user", Text, "user name", "ユーザ名"),
            field("contractor_status", Text, "planned, active or ended", "委託先の状態"),
            field("contract_to", Time, "last day of the contract", "契約終了日"),
            field("expires", Time, "last day of the key; absent where not set", "鍵の期限"),
        ],
    },
    KindSpec {
        name: "register-service",
        subject: "service:ID",
        en: "one service of a contractor, as registered",
        ja: "台帳上の委託先サービス",
        fields: &[
            field("contractor", Text, "contractor's id", "委託先"),
            field("contractor_status", Text, "planned, active or ended", "委託先の状態"),
            field("hosts", Texts, "exact hosts", "ホスト"),
            field("host_patterns", Texts, "patterns of hosts", "ホストのパターン"),
            field("processes_personal", Bool, "it may process personal information", "個人情報を処理できる"),
            field("contract_from", Time, "first day of the contract", "契約開始日"),
            field("contract_to", Time, "last day of the contract", "契約終了日"),
        ],
    },
    KindSpec {
        name: "person",
        subject: "record:person/ID",
        en: "one member of staff or service account, by role",
        ja: "職員またはサービスアカウント(役割)",
        fields: &[
            field(
                "has_access",
                Bool,
                "can reach logs, administration or personal data",
                "ログ・管理・個人情報に接する",
            ),
            field("trained", Bool, "a training record covers the person", "研修記録がある"),
            field("trained_on", Time, "the latest training; absent where there is none", "直近の研修日"),
        ],
    },
    KindSpec {
        name: "person-account",
        subject: "account:SYSTEM/USER#person",
        en: "one account of a member of staff",
        ja: "職員のアカウント",
        fields: &[
            field("person", Text, "person's id", "職員"),
            field("system", Text, "os, cms, cloud, git or dns", "対象システム"),
            field("user", Text, "user name", "ユーザ名"),
            field(
                "has_access",
                Bool,
                "can reach logs, administration or personal data",
                "ログ・管理・個人情報に接する",
            ),
        ],
    },
    KindSpec {
        name: "person-key",
        subject: "key:FINGERPRINT#person",
        en: "one SSH key of a member of staff",
        ja: "職員のSSH鍵",
        fields: &[
            field("person", Text, "person's id", "職員"),
            field("fingerprint", Text, "SHA256 fingerprint", "SHA256フィンガープリント"),
        ],
    },
    activity("activity-policy-review", "a review of the policy, or its revision", "方針の見直し(改定を含む)"),
    activity("activity-log-review", "a review of logs", "ログの点検"),
    activity("activity-audit", "an independent audit", "監査"),
    activity("activity-self-inspection", "a self-inspection", "自己点検"),
    activity("activity-backup", "a backup", "バックアップ"),
    activity("activity-restore-test", "a test of restoring", "復元試験"),
    activity("activity-exercise", "an exercise of leak reporting", "漏えい等報告の訓練"),
    activity("activity-acknowledgement", "an acknowledgement of the report by a manager", "管理者による報告書の確認"),
];

const ACTIVITY_FIELDS: &[FieldSpec] = &[
    field("recorded", Bool, "there is a record of it", "記録がある"),
    field("last_on", Time, "the latest record; absent where there is none", "直近の記録日"),
    field(
        "independent",
        Bool,
        "the latest was done by someone else than the operator of what was looked at",
        "直近のものが運用者以外により行われた",
    ),
];

const fn activity(name: &'static str, en: &'static str, ja: &'static str) -> KindSpec {
    KindSpec { name, subject: "record:ACTIVITY", en, ja, fields: ACTIVITY_FIELDS }
}

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
