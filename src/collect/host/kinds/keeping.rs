//! Kinds of how long a host keeps what it logs.

use super::field;
use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::KindSpec;

pub(in super::super) const JOURNAL: &str = "journal";
pub(in super::super) const HOST_AGE: &str = "host-age";

/// systemd's journal.
pub(super) const JOURNAL_KIND: KindSpec = KindSpec {
    name: JOURNAL,
    subject: "host:NAME",
    en: "how systemd's journal of one host is kept (journald.conf and its drop-ins)",
    ja: "systemdジャーナルの保存設定(journald.confとドロップイン)",
    fields: &[
        field("storage", Text, "Storage in force: persistent, volatile, auto or none", "保存方式(Storage)"),
        field("persistent", Bool, "entries outlive a restart", "再起動後も残る"),
        field(
            "max_retention_days",
            Integer,
            "days after which files go: MaxRetentionSec, or a job of journalctl --vacuum-time; 0 where time decides nothing",
            "保存日数の上限(MaxRetentionSecまたはvacuum)。0は期間による削除なし",
        ),
        field(
            "max_use_bytes",
            Integer,
            "SystemMaxUse in bytes; 0 is systemd's own share of the file system",
            "使用量の上限(バイト)。0は既定値",
        ),
        field("vacuums", Texts, "jobs that remove old entries", "古い記録を削除するジョブ"),
    ],
};

/// When the host was set up.
pub(super) const HOST_AGE_KIND: KindSpec = KindSpec {
    name: HOST_AGE,
    subject: "host:NAME",
    en: "how long the host exists, by what its first start wrote",
    ja: "ホストの設置時期(初回起動時に作られたファイルによる)",
    fields: &[field(
        "since",
        Time,
        "when machine-id or the host's SSH keys were made",
        "machine-idまたはSSHホスト鍵の作成日時",
    )],
};
