//! What an answer tells of the software behind it.

use super::Head;

/// Fields that name a framework, a language or a version of one.
const TECHNOLOGY: [&str; 14] = [
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-drupal-cache",
    "x-runtime",
    "x-php-version",
    "x-powered-cms",
    "x-cms",
    "x-pingback",
    "x-joomla-version",
    "x-owa-version",
    "microsoftsharepointteamservices",
    "liferay-portal",
];

/// Whether a product text names a version: a number behind a slash or blank, or a comment such as `(Ubuntu)`.
#[must_use]
pub fn names_version(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_number =
        bytes.windows(2).any(|two| matches!(two, [b'/' | b' ' | b'v' | b'-', next] if next.is_ascii_digit()));
    has_number || (text.contains('(') && text.contains(')'))
}

/// Names of fields that name a framework, in order without repeats.
#[must_use]
pub fn technology_fields(head: &Head) -> Vec<&'static str> {
    TECHNOLOGY.into_iter().filter(|name| head.first(name).is_some_and(|value| !value.is_empty())).collect()
}

/// What a body that reports an error tells of the inside: `stack-trace`, `file-path`, `software-version`, `database-error`.
#[must_use]
pub fn error_details(body: &str) -> Vec<&'static str> {
    let lower = body.to_ascii_lowercase();
    let any = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
    let mut found = Vec::new();
    if any(&[
        "traceback (most recent call last)",
        "stack trace",
        "stacktrace",
        "at java.",
        "at org.",
        ".java:",
        ") in /",
    ]) || lower.contains("fatal error</b>")
    {
        found.push("stack-trace");
    }
    let is_file = |folder: &str| lower.match_indices(folder).any(|(at, _)| begins_a_file(&lower[..at]));
    if any(&["/var/www", "c:\\inetpub", "c:\\windows"])
        || ["/usr/share/", "/home/", "/opt/", "/srv/"].into_iter().any(is_file)
    {
        found.push("file-path");
    }
    let products = ["apache/", "nginx/", "php/", "openresty/", "tomcat/", "iis/", "openssl/", "jetty/", "werkzeug/"];
    let is_versioned = |product: &str| {
        lower
            .match_indices(product)
            .any(|(at, _)| lower.as_bytes().get(at + product.len()).is_some_and(u8::is_ascii_digit))
    };
    if products.into_iter().any(is_versioned) {
        found.push("software-version");
    }
    if any(&["sql syntax", "sqlstate[", "ora-0", "pg_query", "mysqli", "sqlite3.operationalerror"]) {
        found.push("database-error");
    }
    found
}

/// Whether what stands in front of a path lets it be a file of the server: the target of a link or a part of an address is none.
fn begins_a_file(front: &str) -> bool {
    let said = front.trim_end_matches(['"', '\'', '`']);
    match said.chars().next_back() {
        None => true,
        Some('=') => false,
        // A quote alone tells nothing; what names a file says so in front of it.
        Some(last) if said.len() < front.len() => last.is_whitespace() && !said.trim_end().ends_with('='),
        Some(last) => last.is_whitespace() || matches!(last, '(' | '[' | '>' | ':' | ',') && !said.ends_with("http:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_product_is_no_version() {
        for text in ["nginx", "Apache", "cloudflare", "Microsoft-IIS", "gws"] {
            assert!(!names_version(text), "{text}");
        }
        for text in ["nginx/1.26.1", "Apache/2.4.66 (Debian)", "Apache (Ubuntu)", "WordPress 6.5", "Microsoft-IIS/10.0"]
        {
            assert!(names_version(text), "{text}");
        }
    }

    #[test]
    fn an_error_page_that_tells_nothing_is_told_nothing_of() {
        assert!(error_details("<!DOCTYPE html><title>404</title><p>Not found. See /home.html or nginx/").is_empty());
        for link in [
            "<a href=/home/>top</a>",
            "<a href=\"/home/\">top</a>",
            "<a href = '/opt/x'>",
            "<img src=https://www.example.jp/srv/a.png>",
            "see www.example.jp/home/",
        ] {
            assert!(error_details(link).is_empty(), "{link}");
        }
        for file in
            ["in /home/app/x.php on line 3", "<b>/srv/app/x.php</b>", "(/opt/app/x.rb:3)", "open '/usr/share/x' failed"]
        {
            assert_eq!(error_details(file), ["file-path"], "{file}");
        }
        assert_eq!(error_details("<center>nginx/1.26.1</center>"), ["software-version"]);
        assert_eq!(
            error_details("Traceback (most recent call last):\n File \"/srv/app/x.py\""),
            ["stack-trace", "file-path"]
        );
    }
}
