//! Heads of answers: any bytes are read, and the effect of every header is told.
#![no_main]

use tenken::syntax::header;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = header::head_end(bytes);
    let Some(head) = header::head(bytes) else { return };
    let _ = (header::shared_storage(&head), header::is_no_store(&head), header::report_endpoints(&head));
    let _ = (header::allowed_methods(&head), header::cors_grant(&head, "null"), header::technology_fields(&head));
    for (_, value) in &head.fields {
        let one = || [value.as_str()].into_iter();
        let _ = (header::hsts(value), header::framing(one()), header::is_nosniff(one()), header::referrer_policy(one()));
        let _ = (header::permissions(one()), header::item_token(one()), header::resource_policy(one()));
        let _ = (header::names_version(value), header::error_details(value));
        if let Some(cookie) = header::set_cookie(value, 0) {
            let _ = cookie.dropped("www.example.jp", true, |domain| domain == "jp");
        }
    }
});
