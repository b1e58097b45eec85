//! A place at which a server takes orders while it runs: HAProxy's `stats socket`, Caddy's `admin`.

use super::served::{Place, observed};
use crate::model::{FieldSpec, FieldType, KindSpec, Observation};

pub(super) const ADMIN_ENDPOINT: &str = "web-admin-endpoint";

/// The kind.
pub(super) const KIND: KindSpec = KindSpec {
    name: ADMIN_ENDPOINT,
    subject: "file:PATH#admin[ADDRESS]",
    en: "one place at which a server takes orders while it runs",
    ja: "稼働中のサーバが操作を受け付ける窓口",
    fields: &[
        FieldSpec {
            name: "reach",
            field_type: FieldType::Text,
            en: "off file loopback every-account network: who can get there",
            ja: "到達できる範囲(off・file・loopback・every-account・network)",
        },
        FieldSpec {
            name: "takes_orders",
            field_type: FieldType::Bool,
            en: "it changes the server, and does not only tell of it",
            ja: "表示だけでなく設定や動作を変更できる",
        },
    ],
};

/// Who can get to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is switched off.
    Off,
    /// A socket file that not everybody may write to.
    File,
    /// Every account on the machine.
    Loopback,
    /// A socket file that everybody on the machine may write to.
    EveryAccount,
    /// Other machines.
    Network,
}

impl Reach {
    fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::File => "file",
            Self::Loopback => "loopback",
            Self::EveryAccount => "every-account",
            Self::Network => "network",
        }
    }
}

/// The observation of one.
pub(super) fn endpoint(main: &str, address: &str, place: &Place, reach: Reach, takes_orders: bool) -> Observation {
    let mut one = observed(ADMIN_ENDPOINT, main, &format!("admin[{address}]"), place);
    one.set("reach", reach.word()).set("takes_orders", takes_orders);
    one
}
