//! The columns of a register as a table: one for each fact of an entry, with its heading in Japanese and English.
//!
//! An entry takes as many lines as its longest list; a line without an id belongs to the entry above it.

/// What stands in the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// Text as it is.
    Text,
    /// A whole number.
    Number,
    /// ○ or nothing.
    Yes,
    /// Several texts, one a line of the cell (or parted by `;` or `、`).
    List,
    /// Commands, one a line of the cell: they may hold any other character.
    Lines,
    /// A contract clause: its document, or ○ where it is there without one.
    Clause,
}

/// One column.
#[derive(Debug)]
pub(super) struct Column {
    /// Key in the register's YAML; `a[]` is a list of which each line holds one part.
    pub(super) path: &'static str,
    /// Japanese heading.
    pub(super) ja: &'static str,
    /// What its cells hold.
    pub(super) cell: Cell,
}

const fn column(path: &'static str, ja: &'static str, cell: Cell) -> Column {
    Column { path, ja, cell }
}

use Cell::{Clause, Lines, List, Number, Text, Yes};

/// Every column, in the order in which they are written. The English heading is the path.
pub(super) const COLUMNS: &[Column] = &[
    column("id", "委託先ID", Text),
    column("name.ja", "名称", Text),
    column("name.en", "英語名称", Text),
    column("corporate_number", "法人番号", Text),
    column("kind", "業務区分", Text),
    column("tier", "重要度", Number),
    column("status", "状態", Text),
    column("owner_section", "主管課", Text),
    column("country", "処理国", Text),
    column("country_basis", "国外処理の根拠", Text),
    column("subcontractor_of", "元請ID", Text),
    column("subcontract_approval.by", "再委託の承認者", Text),
    column("subcontract_approval.on", "再委託の承認日", Text),
    column("subcontract_approval.next_review", "再委託の次回見直し日", Text),
    column("contract.id", "契約番号", Text),
    column("contract.from", "契約開始日", Text),
    column("contract.to", "契約終了日", Text),
    column("contract.renewal_plan", "更新予定", Yes),
    column("contract.exit_plan", "終了予定", Yes),
    column("contract.document_ref", "契約書の所在", Text),
    column("contract.allowed_data", "取扱情報", List),
    column("contract.log_access.purpose", "ログ閲覧の目的", Text),
    column("contract.log_access.from", "ログ閲覧の開始日", Text),
    column("contract.log_access.to", "ログ閲覧の終了日", Text),
    column("clauses.confidentiality", "条項:秘密保持", Clause),
    column("clauses.purpose_limit", "条項:目的外利用の禁止", Clause),
    column("clauses.no_copying", "条項:複写・持出しの禁止", Clause),
    column("clauses.staff", "条項:従事者の指定・教育・監督", Clause),
    column("clauses.subcontracting", "条項:再委託の制限", Clause),
    column("clauses.security_measures", "条項:安全管理措置", Clause),
    column("clauses.place_of_processing", "条項:処理場所", Clause),
    column("clauses.accounts", "条項:アカウントの個別付与", Clause),
    column("clauses.incident_report", "条項:事故報告", Clause),
    column("clauses.status_reports", "条項:状況報告", Clause),
    column("clauses.audit", "条項:監査・立入検査", Clause),
    column("clauses.return_deletion", "条項:返却・消去", Clause),
    column("clauses.after_end", "条項:終了後の義務", Clause),
    column("clauses.damages", "条項:損害賠償・解除", Clause),
    column("required_certifications", "求める認証", List),
    column("certifications[].kind", "認証:種類", Text),
    column("certifications[].number", "認証:番号", Text),
    column("certifications[].scope", "認証:対象サービス", List),
    column("certifications[].valid_to", "認証:有効期限", Text),
    column("certifications[].evidence_hash", "認証:証拠のハッシュ", Text),
    column("assessments[].on", "確認:実施日", Text),
    column("assessments[].method", "確認:方法", Text),
    column("assessments[].result", "確認:結果", Text),
    column("assessments[].open_actions_due", "確認:未完了事項の期限", List),
    column("assessments[].evidence_hash", "確認:証拠のハッシュ", Text),
    column("incident.contact_24h", "24時間連絡先", Text),
    column("incident.notice_hours", "事故報告の期限(時間)", Number),
    column("incident.csirt_contact", "CSIRTの連絡先", Text),
    column("accounts[].system", "アカウント:対象", Text),
    column("accounts[].user", "アカウント:ユーザ名", Text),
    column("accounts[].person_id", "アカウント:担当者ID", Text),
    column("accounts[].groups", "アカウント:グループ", List),
    column("accounts[].allowed_commands", "アカウント:許可コマンド", Lines),
    column("accounts[].expires", "アカウント:有効期限", Text),
    column("keys[].fingerprint", "鍵:指紋", Text),
    column("keys[].user", "鍵:ユーザ名", Text),
    column("keys[].person_id", "鍵:担当者ID", Text),
    column("keys[].expires", "鍵:有効期限", Text),
    column("tokens[].purpose", "トークン:用途", Text),
    column("tokens[].owner", "トークン:管理者ID", Text),
    column("tokens[].created", "トークン:発行日", Text),
    column("tokens[].expires", "トークン:有効期限", Text),
    column("services[].id", "サービス:ID", Text),
    column("services[].hosts", "サービス:ホスト", List),
    column("services[].host_patterns", "サービス:ホストのパターン", List),
    column("services[].cname_targets", "サービス:CNAME先", List),
    column("services[].addresses", "サービス:アドレス範囲", List),
    column("services[].asn", "サービス:AS番号", Number),
    column("services[].spf_includes", "サービス:SPF", List),
    column("services[].mx_targets", "サービス:MX", List),
    column("services[].ns_targets", "サービス:NS", List),
    column("services[].log_endpoints", "サービス:ログ送信先", List),
    column("services[].backup_endpoints", "サービス:控えの送信先", List),
    column("services[].issuers", "サービス:証明書発行者", List),
    column("services[].processes_personal", "サービス:個人情報の処理", Yes),
    column("services[].look", "サービス:通信による点検", Yes),
    column("end_of_contract.return_proof_on", "返却の証明日", Text),
    column("end_of_contract.return_proof_ref", "返却の証明書", Text),
    column("end_of_contract.deletion_proof_on", "消去の証明日", Text),
    column("end_of_contract.deletion_proof_ref", "消去の証明書", Text),
    column("end_of_contract.deletion_method", "消去の方法", Text),
    column("end_of_contract.accounts_removed_on", "アカウント削除日", Text),
    column("end_of_contract.dns_removed_on", "DNS削除日", Text),
    column("/approval.by", "台帳の承認者", Text),
    column("/approval.on", "台帳の承認日", Text),
    column("/approval.next_review", "台帳の次回見直し日", Text),
];

/// Words of closed lists: column, word in the register, word in Japanese. Both are read; the Japanese one is written.
pub(super) const WORDS: &[(&str, &str, &str)] = &[
    ("status", "planned", "予定"),
    ("status", "active", "稼働中"),
    ("status", "ended", "終了"),
    ("kind", "hosting", "ホスティング"),
    ("kind", "cdn", "CDN"),
    ("kind", "dns", "DNS"),
    ("kind", "mail", "メール"),
    ("kind", "cms", "CMS"),
    ("kind", "dev", "開発"),
    ("kind", "ops", "運用"),
    ("kind", "analytics", "解析"),
    ("kind", "cert", "証明書"),
    ("kind", "monitor", "監視"),
    ("contract.allowed_data", "access_info", "アクセス情報"),
    ("contract.allowed_data", "ip", "IPアドレス"),
    ("contract.allowed_data", "personal", "個人情報"),
    ("contract.allowed_data", "specific_personal", "特定個人情報"),
    ("required_certifications", "P-mark", "Pマーク"),
    ("certifications[].kind", "P-mark", "Pマーク"),
    ("assessments[].method", "questionnaire", "質問票"),
    ("assessments[].method", "document", "書面"),
    ("assessments[].method", "on-site", "実地"),
    ("assessments[].method", "report", "報告書"),
    ("accounts[].system", "os", "OS"),
    ("accounts[].system", "cms", "CMS"),
    ("accounts[].system", "cloud", "クラウド"),
    ("accounts[].system", "git", "Git"),
    ("accounts[].system", "dns", "DNS"),
];
