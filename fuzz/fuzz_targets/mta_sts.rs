//! MTA-STS policies and records, TLS-RPT records.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    if let Some(policy) = tenken::syntax::mta_sts::sts_policy(data) {
        let _ = policy.covers("mx.example.jp");
    }
    let _ = tenken::syntax::mta_sts::is_valid_sts_record(data);
    let _ = tenken::syntax::mta_sts::tls_rpt(data);
});
