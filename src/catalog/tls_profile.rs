//! A TLS profile as a page, in either language.

use crate::model::{Language, TLS_LINE_PROGRAMS, TlsDemands, TlsProfile};

/// The page of a profile.
#[must_use]
pub fn tls_profile_page(profile: &TlsProfile, language: Language) -> String {
    let say = |en: &'static str, ja: &'static str| super::label(language, en, ja);
    let status = if profile.is_verified {
        say("verified", "verified(原文と照合済み)")
    } else {
        say("unverified: not compared with the text", "unverified(原文と未照合)")
    };
    let mut page = format!(
        "# tls-profile:{}\n\n{}\n\n- {}: {}\n- {}: {}\n- {}: {status}\n- {}: {}\n",
        profile.id,
        profile.title.text(language),
        say("edition", "版"),
        profile.edition,
        say("source", "出典"),
        profile.source.text(language),
        say("status", "照合状況"),
        say("note", "備考"),
        profile.note.text(language),
    );
    for (title, demands) in [(say("must", "遵守項目"), &profile.must), (say("should", "推奨項目"), &profile.should)]
    {
        let lines = lines(demands, language);
        if !lines.is_empty() {
            page.push_str(&format!("\n## {title}\n\n{}", lines.concat()));
        }
    }
    for program in TLS_LINE_PROGRAMS {
        let lines: String = profile.server_lines(program).into_iter().map(|(_, line)| line + "\n").collect();
        let title = say("strongest settings that it allows", "許可される最も強い設定");
        page.push_str(&format!("\n## {program}: {title}\n\n```\n{lines}```\n"));
    }
    page
}

/// One line a profile.
#[must_use]
pub fn tls_profile_list(profiles: &[TlsProfile], language: Language) -> String {
    let line = |profile: &TlsProfile| {
        let status = if profile.is_verified { "verified" } else { "unverified" };
        format!("  {:<22} {} ({}, {status})\n", profile.id, profile.title.text(language), profile.edition)
    };
    profiles.iter().map(line).collect()
}

fn lines(demands: &TlsDemands, language: Language) -> Vec<String> {
    let say = |en: &'static str, ja: &'static str| super::label(language, en, ja);
    let mut lines = Vec::new();
    let mut list = |title: &str, items: Option<&Vec<String>>| {
        let Some(items) = items else { return };
        match items.len() {
            0 => lines.push(format!("- {title}: {}\n", say("none", "なし"))),
            1..=6 => lines.push(format!("- {title}: {}\n", items.join(", "))),
            _ => lines
                .push(format!("- {title}:\n{}", items.iter().map(|item| format!("  - {item}\n")).collect::<String>())),
        }
    };
    list(say("only these versions", "許可するバージョン"), demands.protocols.as_ref());
    list(
        say("these versions are offered", "提供するバージョン"),
        Some(&demands.protocols_offered).filter(|list| !list.is_empty()),
    );
    list(say("only these suites up to TLS 1.2", "TLS 1.2以下で許可する暗号スイート"), demands.suites.as_ref());
    list(say("only these suites in TLS 1.3", "TLS 1.3で許可する暗号スイート"), demands.suites_tls13.as_ref());
    list(say("only these groups", "許可するグループ"), demands.groups.as_ref());
    list(say("only these kinds of key", "許可する鍵の種類"), demands.key_algorithms.as_ref());
    for (title, number) in [
        (say("bits of RSA keys at least", "RSA鍵長の下限(ビット)"), demands.rsa_min_bits),
        (say("bits of EC keys at least", "楕円曲線の鍵長の下限(ビット)"), demands.ec_min_bits),
        (say("bits of DH primes at least", "DH鍵長の下限(ビット)"), demands.dh_min_bits),
        (say("days of a certificate's life at most", "証明書の有効期間の上限(日)"), demands.lifetime_max_days),
    ] {
        lines.extend(number.map(|number| format!("- {title}: {number}\n")));
    }
    for (title, asked) in [
        (say("the server's order of suites", "サーバによる優先順位"), demands.server_order),
        (say("the client's order of suites", "クライアントによる優先順位"), demands.client_order),
        (say("a hybrid ML-KEM group", "ML-KEMのハイブリッド鍵交換"), demands.hybrid_group),
        (say("OCSP stapling", "OCSPステープリング"), demands.ocsp_stapling),
        (say("extended master secret", "拡張マスターシークレット"), demands.extended_master_secret),
        (say("secure renegotiation", "安全な再ネゴシエーション"), demands.secure_renegotiation),
        (
            say("no renegotiation by the client", "クライアント起点の再ネゴシエーションの拒否"),
            demands.no_client_renegotiation,
        ),
        (say("no compression", "圧縮の無効化"), demands.no_compression),
        (say("no early data", "0-RTTの拒否"), demands.no_early_data),
    ] {
        lines.extend(asked.then(|| format!("- {title}\n")));
    }
    lines
}
