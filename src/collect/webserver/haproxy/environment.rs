//! Variables of the environment: which of them must be known.

/// Whether a word that is not known here can change what is concluded: not the address or the key files of a listener or server.
pub(super) fn decides(words: &[String], number: usize) -> bool {
    const READ: [&str; 22] = [
        "acl",
        "bind",
        "capture",
        "default_backend",
        "http-after-response",
        "http-request",
        "http-response",
        "log",
        "log-format",
        "mode",
        "monitor-uri",
        "no",
        "option",
        "redirect",
        "server",
        "ssl-default-bind-ciphers",
        "ssl-default-bind-options",
        "ssl-default-server-options",
        "ssl-server-verify",
        "stats",
        "tcp-request",
        "use_backend",
    ];
    let first = words.first().map_or("", String::as_str);
    let before = number.checked_sub(1).and_then(|at| words.get(at)).map_or("", String::as_str);
    let is_file = matches!(before, "crt" | "ca-file" | "crl-file" | "key" | "realm" | "maxconn" | "weight" | "cookie");
    let is_address = match first {
        "bind" => number == 1,
        "server" => number <= 2,
        _ => false,
    };
    READ.contains(&first) && !is_file && !is_address
}
