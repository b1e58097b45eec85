//! Content security policies: any field and any meta is read, and every act is decided.
#![no_main]

use tenken::syntax::csp::{Act, Kind, Load, Request, decide, policies_of_field, policy_of_meta, reach};
use url::Url;

libfuzzer_sys::fuzz_target!(|input: (&str, &str, &str)| {
    let Ok(page) = Url::parse("https://www.example.jp/") else { return };
    let mut policies = policies_of_field(input.0);
    policies.extend(policy_of_meta(input.1));
    let ask = |act| decide(&policies, Request { page: &page, act });
    let _ = (ask(Act::Handler(input.2)), ask(Act::InlineScript { nonce: input.2, text: input.2 }), ask(Act::Eval));
    if let Ok(url) = page.join(input.2) {
        for kind in Kind::ALL {
            let _ = (ask(Act::Load(Load { integrity: input.2, ..Load::new(kind, &url) })), reach(&policies, &page, kind));
        }
        let _ = (ask(Act::FormTo(&url)), ask(Act::Base(&url)), ask(Act::FramedBy(&url)));
    }
});
