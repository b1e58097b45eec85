//! The table: one line a finding that a snippet mends.

/// Where the bad setting stands, and the snippet in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the HTTPS server, or its virtual host.
    Server,
    /// In the server's location /.
    Location,
    /// In place of the server of plain HTTP.
    Plain,
}

/// One finding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// The check that finds it and whose snippet mends it.
    pub(crate) check: &'static str,
    /// What is bad, in a few words.
    pub(crate) what: &'static str,
    /// The bad lines; the snippet takes their place.
    pub(crate) bad: &'static str,
    /// Lines that stand beside both.
    pub(crate) stays: &'static str,
    /// Good settings that are left out in both.
    pub(crate) without: &'static [&'static str],
    pub(crate) place: Place,
    /// Files of the site, besides its pages.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// The application behind BACKEND.
    pub(crate) backend: &'static str,
    /// Further lines of the site file, below `declared:`'s end.
    pub(crate) site: &'static str,
    /// Every answer is kept out of caches.
    pub(crate) cache: bool,
    /// The client comes from another address than 127.0.0.1, for snippets that let that one in.
    pub(crate) from_outside: bool,
    /// The subject is gone afterwards.
    pub(crate) removes: bool,
    /// Checks of which the snippet itself says that it costs them something.
    pub(crate) costs: &'static [&'static str],
}

const fn case(check: &'static str, what: &'static str, bad: &'static str) -> Case {
    Case {
        check,
        what,
        bad,
        stays: "",
        without: &[],
        place: Place::Server,
        files: &[],
        backend: "",
        site: "",
        cache: true,
        from_outside: false,
        removes: false,
        costs: &[],
    }
}

const fn without(case: Case, without: &'static [&'static str]) -> Case {
    Case { without, ..case }
}

const fn beside(case: Case, stays: &'static str) -> Case {
    Case { stays, ..case }
}

/// A file that is served and must not be: mended, it is no longer seen.
const fn file(case: Case, files: &'static [(&'static str, &'static str)]) -> Case {
    Case { files, removes: true, ..case }
}

/// Behind the server an application sets a cookie.
const fn cookie(case: Case, backend: &'static str) -> Case {
    Case { stays: "location / { proxy_pass http://BACKEND; }", backend, ..case }
}

const fn outside(case: Case) -> Case {
    Case { from_outside: true, removes: true, ..case }
}

/// A host that is declared to be isolated.
const fn isolated(case: Case) -> Case {
    Case { site: "parameters: { isolated_hosts: [www.example.jp] }\n", ..case }
}

const fn plain(case: Case) -> Case {
    Case { place: Place::Plain, ..case }
}

/// The rest of a policy without what a case is about.
const CSP_OPEN: &str = "add_header Content-Security-Policy \"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'\" always;";

/// A page with a script of its own.
const SCRIPTED: &[(&str, &str)] =
    &[("index.html", "<!DOCTYPE html><script src=/a.js></script><p><a href=/policy.html>Policy</a>"), ("a.js", ";")];

/// Findings that nginx's snippets mend.
pub(crate) const NGINX: &[Case] = &[
    without(case("tls-hsts", "no header", ""), &["hsts"]),
    without(case("tls-hsts", "an hour", "add_header Strict-Transport-Security max-age=3600 always;"), &["hsts"]),
    without(
        case(
            "tls-hsts",
            "a missing semicolon",
            "add_header Strict-Transport-Security \"max-age=31536000 includeSubDomains\" always;",
        ),
        &["hsts"],
    ),
    without(
        case("tls-hsts", "not quoted right", "add_header Strict-Transport-Security \"max-age='31536000'\" always;"),
        &["hsts"],
    ),
    without(
        case(
            "hdr-hsts-once",
            "twice",
            "add_header Strict-Transport-Security \"max-age=31536000; includeSubDomains\" always; add_header Strict-Transport-Security max-age=0 always;",
        ),
        &["hsts"],
    ),
    plain(case(
        "hdr-hsts-plain-http",
        "over plain HTTP",
        "add_header Strict-Transport-Security max-age=31536000 always; return 301 https://$host$request_uri;",
    )),
    plain(case("tls-https-only", "content over plain HTTP", "location / { index index.html; }")),
    plain(case("tls-https-only", "a redirect for now", "return 302 https://$host$request_uri;")),
    without(case("hdr-csp", "no policy", ""), &["csp"]),
    without(
        case(
            "hdr-csp",
            "scripts inside pages",
            "add_header Content-Security-Policy \"default-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
        ),
        &["csp"],
    ),
    without(
        case(
            "hdr-csp",
            "scripts from everywhere",
            "add_header Content-Security-Policy \"script-src * data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
        ),
        &["csp"],
    ),
    without(
        case(
            "hdr-csp",
            "a colon behind the name",
            "add_header Content-Security-Policy \"default-src: 'self'\" always;",
        ),
        &["csp"],
    ),
    without(
        case(
            "hdr-csp-enforced",
            "watched only",
            "add_header Content-Security-Policy-Report-Only \"default-src 'self'\" always;",
        ),
        &["csp"],
    ),
    without(
        case(
            "hdr-csp-object",
            "plugins from everywhere",
            "add_header Content-Security-Policy \"script-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
        ),
        &["csp"],
    ),
    without(
        case(
            "hdr-csp-base-uri",
            "any base",
            "add_header Content-Security-Policy \"default-src 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
        ),
        &["csp"],
    ),
    without(
        case(
            "hdr-csp-form-action",
            "forms to anywhere",
            "add_header Content-Security-Policy \"default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'\" always;",
        ),
        &["csp"],
    ),
    without(
        case(
            "hdr-csp-unsafe-eval",
            "texts become programs",
            "add_header Content-Security-Policy \"default-src 'self' 'unsafe-eval'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
        ),
        &["csp"],
    ),
    without(
        case(
            "hdr-csp-syntax",
            "a directive that nobody knows",
            "add_header Content-Security-Policy \"default-src 'self'; object-scr 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
        ),
        &["csp"],
    ),
    without(
        case(
            "hdr-csp-syntax",
            "a keyword without quotes",
            "add_header Content-Security-Policy \"default-src self; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
        ),
        &["csp"],
    ),
    beside(without(case("hdr-frame", "no word", ""), &["csp"]), CSP_OPEN),
    beside(
        without(
            case(
                "hdr-frame",
                "a word that browsers ignore",
                "add_header X-Frame-Options \"ALLOW-FROM https://www.example.jp\" always;",
            ),
            &["csp"],
        ),
        CSP_OPEN,
    ),
    without(case("hdr-nosniff", "no header", ""), &["nosniff"]),
    without(
        case("hdr-nosniff", "a misspelt value", "add_header X-Content-Type-Options no-sniff always;"),
        &["nosniff"],
    ),
    without(
        case(
            "hdr-repeated",
            "the same word twice",
            "add_header X-Content-Type-Options nosniff always; add_header X-Content-Type-Options nosniff always;",
        ),
        &["nosniff"],
    ),
    without(
        case(
            "hdr-referrer-downgrade",
            "the site's name in clear",
            "add_header Referrer-Policy origin-when-cross-origin always;",
        ),
        &["referrer"],
    ),
    Case {
        stays: "location / { proxy_pass http://BACKEND; }",
        backend: "add_header Set-Cookie \"session=0123456789abcdef0123; Path=/; Secure; HttpOnly; SameSite=Lax\";",
        without: &["cache"],
        ..case(
            "hdr-cache-set-cookie",
            "a cookie in shared caches",
            "add_header Cache-Control \"public, max-age=600\" always;",
        )
    },
    case(
        "hdr-cors",
        "every origin reads with cookies",
        "add_header Access-Control-Allow-Origin $http_origin always; add_header Access-Control-Allow-Credentials true always;",
    ),
    without(
        case(
            "hdr-csp-allowlist",
            "a host for everybody's scripts",
            "add_header Content-Security-Policy \"script-src 'self' unpkg.com; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
        ),
        &["csp"],
    ),
    Case {
        files: SCRIPTED,
        ..without(
            case(
                "trk-connect-hosts",
                "scripts may tell a stranger",
                "add_header Content-Security-Policy \"default-src 'self'; connect-src 'self' t.example.net; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\" always;",
            ),
            &["csp"],
        )
    },
    case(
        "trk-report-endpoints",
        "reports to a stranger",
        "add_header Reporting-Endpoints 'main=\"https://r.example.net/\"' always;",
    ),
    without(case("web-error-detail", "the server's own page of errors", "server_tokens on;"), &["tokens", "error"]),
    Case {
        files: &[
            ("index.html", "<!DOCTYPE html><p><a href=/partner>P</a> <a href=/policy.html>Policy</a>"),
            ("links.html", "<!DOCTYPE html><p><a href=/policy.html>Policy</a>"),
        ],
        ..case(
            "trk-redirect",
            "sent on to a stranger",
            "location = /partner { return 301 https://other.example.net/; }",
        )
    },
    Case {
        files: &[(
            "index.html",
            "<!DOCTYPE html><p><img alt=x src=http://www.example.jp/x.png> <a href=/policy.html>Policy</a>",
        )],
        ..case("web-mixed-content", "a picture in clear", "")
    },
    Case {
        files: &[(".well-known/security.txt", "Contact: mailto:security@example.jp\nExpires: 2027-06-30T15:00:00Z\n")],
        ..case(
            "ops-vuln-contact",
            "sent as a download",
            "location = /.well-known/security.txt { types { } default_type application/octet-stream; }",
        )
    },
    isolated(without(case("hdr-coep", "no header", ""), &["coep"])),
    isolated(without(
        case("hdr-coep", "switched off", "add_header Cross-Origin-Embedder-Policy unsafe-none always;"),
        &["coep"],
    )),
    without(
        case("hdr-referrer", "everything to everybody", "add_header Referrer-Policy unsafe-url always;"),
        &["referrer"],
    ),
    without(
        case(
            "hdr-referrer",
            "the default of the past",
            "add_header Referrer-Policy no-referrer-when-downgrade always;",
        ),
        &["referrer"],
    ),
    without(case("hdr-permissions", "no header", ""), &["permissions"]),
    without(
        case(
            "hdr-permissions",
            "the syntax of the past",
            "add_header Permissions-Policy \"camera 'none'; microphone 'none'\" always;",
        ),
        &["permissions"],
    ),
    without(
        case(
            "hdr-permissions",
            "open to all",
            "add_header Permissions-Policy \"camera=*, geolocation=(), microphone=()\" always;",
        ),
        &["permissions"],
    ),
    without(case("hdr-coop", "no header", ""), &["coop"]),
    without(case("hdr-coop", "switched off", "add_header Cross-Origin-Opener-Policy unsafe-none always;"), &["coop"]),
    without(
        case("hdr-corp", "for everybody", "add_header Cross-Origin-Resource-Policy cross-origin always;"),
        &["corp"],
    ),
    without(case("hdr-server-version", "the version in every answer", "server_tokens on;"), &["tokens"]),
    without(
        case(
            "hdr-error-pages",
            "headers on good answers only",
            "add_header Strict-Transport-Security \"max-age=31536000; includeSubDomains\"; add_header X-Content-Type-Options nosniff; add_header Referrer-Policy strict-origin-when-cross-origin;\nadd_header Content-Security-Policy \"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\";",
        ),
        &["hsts", "csp", "nosniff", "referrer"],
    ),
    cookie(case("hdr-powered-by", "the application's name", ""), "add_header X-Powered-By PHP/8.2.1;"),
    cookie(
        case("hdr-cookie-flags", "not secure", ""),
        "add_header Set-Cookie \"session=0123456789abcdef0123; Path=/; HttpOnly; SameSite=Lax\";",
    ),
    cookie(
        case("ck-httponly", "scripts can read it", ""),
        "add_header Set-Cookie \"session=0123456789abcdef0123; Path=/; Secure; SameSite=Lax\";",
    ),
    cookie(
        case("ck-samesite", "sent from everywhere", ""),
        "add_header Set-Cookie \"session=0123456789abcdef0123; Path=/; Secure; HttpOnly\";",
    ),
    cookie(
        case("ck-domain", "for all names below", ""),
        "add_header Set-Cookie \"session=0123456789abcdef0123; Path=/; Secure; HttpOnly; SameSite=Lax; Domain=example.jp\";",
    ),
    cookie(
        case("ck-prefix", "a prefix that is not kept", ""),
        "add_header Set-Cookie \"__Host-session=0123456789abcdef0123; Path=/app; Secure; HttpOnly; SameSite=Lax\";",
    ),
    without(
        case("hdr-cache-personal", "a form in caches", "add_header Cache-Control \"public, max-age=600\" always;"),
        &["cache"],
    ),
    file(case("ops-leftovers", "a repository", ""), &[(".git/HEAD", "ref: refs/heads/main\n")]),
    file(
        case("ops-leftovers", "settings with a password", ""),
        &[(".env", "DB_HOST=db\nDB_PASSWORD=not-a-real-one\n")],
    ),
    file(
        case("ops-leftovers", "a dump", ""),
        &[("backup.sql", "-- MySQL dump 10.13\nCREATE TABLE `a` (`b` int);\nINSERT INTO `a` VALUES (1);\n")],
    ),
    file(
        case("log-not-on-http", "the access log", ""),
        &[("access.log", "192.0.2.7 - - [24/Nov/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"x\"\n")],
    ),
    outside(beside(
        case("log-stats-not-public", "the status page", "location = /nginx_status { stub_status; }"),
        "location = /unused { stub_status; }",
    )),
    outside(file(
        case("exp-debug-endpoints", "metrics", ""),
        &[(
            "metrics",
            "# HELP process_cpu_seconds_total CPU\n# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1\n",
        )],
    )),
    file(case("exp-directory-listing", "a listing", "autoindex on;"), &[("files/a.txt", "a\n")]),
];

/// Findings that Apache's snippets mend.
pub(crate) const APACHE: &[Case] = &[
    without(case("tls-hsts", "no header", ""), &["hsts"]),
    without(case("hdr-csp", "no policy", ""), &["csp"]),
    without(case("hdr-nosniff", "no header", ""), &["nosniff"]),
    without(
        case("hdr-referrer", "everything to everybody", "Header always set Referrer-Policy unsafe-url"),
        &["referrer"],
    ),
    without(case("hdr-permissions", "no header", ""), &["permissions"]),
    without(case("hdr-coop", "no header", ""), &["coop"]),
    without(
        case("hdr-corp", "for everybody", "Header always set Cross-Origin-Resource-Policy cross-origin"),
        &["corp"],
    ),
    beside(
        case("hdr-cookie-flags", "not secure", ""),
        "Header add Set-Cookie \"session=0123456789abcdef0123; Path=/; HttpOnly; SameSite=Lax\"",
    ),
    beside(
        case("ck-httponly", "scripts can read it", ""),
        "Header add Set-Cookie \"session=0123456789abcdef0123; Path=/; Secure; SameSite=Lax\"",
    ),
    beside(
        case("ck-samesite", "sent from everywhere", ""),
        "Header add Set-Cookie \"session=0123456789abcdef0123; Path=/; Secure; HttpOnly\"",
    ),
    beside(case("hdr-powered-by", "the application's name", ""), "Header set X-Powered-By PHP/8.2.1"),
    case("web-trace", "the request comes back", "TraceEnable On"),
    without(
        case(
            "hdr-repeated",
            "the same word twice",
            "Header always set X-Content-Type-Options nosniff\nHeader always add X-Content-Type-Options nosniff",
        ),
        &["nosniff"],
    ),
    without(
        case("hdr-referrer-downgrade", "the site's name in clear", "Header always set Referrer-Policy origin"),
        &["referrer"],
    ),
    isolated(without(case("hdr-coep", "no header", ""), &["coep"])),
    plain(case("tls-https-only", "content over plain HTTP", "")),
    plain(case("tls-https-only", "a redirect for now", "Redirect temp / https://www.example.jp/")),
    file(case("ops-leftovers", "a repository", ""), &[(".git/HEAD", "ref: refs/heads/main\n")]),
    file(
        case("log-not-on-http", "the access log", ""),
        &[("access.log", "192.0.2.7 - - [24/Nov/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"x\"\n")],
    ),
    file(case("exp-directory-listing", "a listing", "Options +Indexes"), &[("files/a.txt", "a\n")]),
];
