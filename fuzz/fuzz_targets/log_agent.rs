//! Settings of agents that send logs on, in every form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenken::syntax::log_agent;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = (log_agent::fluent_bit(&text), log_agent::vector_toml(&text));
    let _ = (log_agent::filebeat(&text), log_agent::open_telemetry(&text));
});
