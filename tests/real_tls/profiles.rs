//! Endpoints of `openssl s_server` against every TLS profile: what lies outside is what was configured to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::certificates::{GOOD, Lab, serve, tenken};

#[test]
fn what_is_outside_a_profile_is_named() {
    if !super::is_there() {
        return;
    }
    let lab = Lab::new("profiles");
    lab.root("root");
    lab.issue("root", "leaf", &GOOD);
    let gcm = "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    let (ccm8, cbc) = ("TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA");
    let chacha = "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256";
    let modern = &["-tls1_3"][..];
    let mixed =
        &["-no_tls1_3", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-CCM8:ECDHE-ECDSA-AES128-SHA"];
    let gcm_alone = &["-no_tls1_3", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"];
    let cases: [(&[&str], &str, Value, Value); 9] = [
        (modern, "mozilla-modern", json!([]), json!([])),
        (modern, "nist-800-52r2", json!([chacha]), json!([])),
        (modern, "ipa-high", json!([]), json!([])),
        (gcm_alone, "mozilla-intermediate", json!([]), json!([])),
        (gcm_alone, "mozilla-modern", json!([gcm]), json!([])),
        (mixed, "mozilla-intermediate", json!([cbc, ccm8]), json!([])),
        (mixed, "ipa-recommended", json!([ccm8]), json!([ccm8])),
        (mixed, "ncsc-nl", json!([cbc, ccm8]), json!([cbc, ccm8])),
        (mixed, "rfc-9325", json!([]), json!([cbc, ccm8])),
    ];
    let mut evidence: BTreeMap<Vec<&str>, String> = BTreeMap::new();
    for (at, flags) in [modern, mixed, gcm_alone].into_iter().enumerate() {
        let server = serve(&lab, "leaf", flags);
        let file = lab.path(&format!("evidence{at}.json"));
        std::fs::write(&file, server.evidence(&["--depth", "full", "--cacert", &lab.path("root.pem")]).to_string())
            .unwrap();
        evidence.insert(flags.to_vec(), file);
    }
    for (flags, profile, must, should) in cases {
        // Offline from stored evidence, with one flag.
        let replay = ["--replay", &evidence[flags], "--only", "tls-ciphers", "--tls-profile", profile];
        let report = tenken(&[&["assess", "--format", "json"][..], &replay].concat());
        let found = report["findings"].as_array().unwrap().iter().find(|found| found["check"] == "tls-ciphers");
        let fails = must != json!([]) || should != json!([]);
        let outcome = found.map_or(&Value::Null, |found| &found["outcome"]);
        assert_eq!(outcome, if fails { "fail" } else { "pass" }, "{flags:?} {profile}: {report}");
        let text = report.to_string();
        for suite in must.as_array().unwrap().iter().chain(should.as_array().unwrap()) {
            assert!(text.contains(suite.as_str().unwrap()), "{flags:?} {profile}: {suite} in {text}");
        }
    }
}
