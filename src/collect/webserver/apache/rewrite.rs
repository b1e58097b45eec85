//! mod_rewrite, as far as a path and a name decide it: what a request becomes, and on what that depends otherwise.

use super::super::routing::Patterns;
use super::super::served::Known;
use super::read::Node;

/// What a request is to rules.
#[derive(Debug, Clone)]
pub(super) struct Asked<'a> {
    pub(super) path: &'a str,
    pub(super) host: &'a str,
    pub(super) port: &'a str,
    pub(super) tls: bool,
}

/// What rules make of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It goes on, perhaps under another path.
    On(String),
    /// It is answered with this status and, for a redirect, this target.
    Status(u16, Option<String>),
    /// It is passed on.
    Proxied(String),
}

/// Rules that are gone through; a loop of `[N]` or `next` is not followed.
const RULES: usize = 2_000;

/// One rule with its conditions.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    pub(super) conditions: Vec<&'a Node>,
    pub(super) node: &'a Node,
    pub(super) pattern: &'a str,
    pub(super) target: &'a str,
    flags: Vec<String>,
}

impl Rule<'_> {
    /// A flag, by its short or long name, with what stands behind `=`.
    pub(super) fn flag(&self, short: &str, long: &str) -> Option<&str> {
        self.flags.iter().find_map(|flag| {
            let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
            (name.eq_ignore_ascii_case(short) || name.eq_ignore_ascii_case(long)).then_some(value)
        })
    }

    /// It redirects: by its flag, or because its target is a URL of another place.
    pub(super) fn redirects(&self) -> bool {
        let proxies = self.flag("P", "proxy").is_some();
        !proxies && (self.flag("R", "redirect").is_some() || self.target.contains("://"))
    }
}

/// The rules of a level; none where the engine is off.
pub(super) fn rules(nodes: &[Node]) -> Vec<Rule<'_>> {
    let engine = nodes.iter().rfind(|node| node.name == "rewriteengine");
    if engine.is_none_or(|node| node.argument(0).eq_ignore_ascii_case("off")) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut conditions = Vec::new();
    for node in nodes {
        match node.name.as_str() {
            "rewritecond" => conditions.push(node),
            "rewriterule" => {
                let flags = node.argument(2).trim_matches(['[', ']']);
                found.push(Rule {
                    conditions: std::mem::take(&mut conditions),
                    node,
                    pattern: node.argument(0),
                    target: node.argument(1),
                    flags: flags
                        .split(',')
                        .map(|flag| flag.trim().to_owned())
                        .filter(|flag| !flag.is_empty())
                        .collect(),
                });
            }
            _ => {}
        }
    }
    found.truncate(RULES);
    found
}

/// What the rules make of a request. `Err` where that depends on what is not known here.
pub(super) fn run(rules: &[Rule<'_>], asked: &Asked<'_>, patterns: &Patterns) -> Known<Outcome> {
    let mut path = asked.path.to_owned();
    let mut chained_off = false;
    for rule in rules {
        let is_chained = rule.flag("C", "chain").is_some();
        if chained_off {
            chained_off = is_chained;
            continue;
        }
        let now = Asked { path: &path, ..asked.clone() };
        let Some(captures) = matched(rule, &now, patterns)? else {
            chained_off = is_chained;
            continue;
        };
        if rule.flag("F", "forbidden").is_some() {
            return Ok(Outcome::Status(403, None));
        }
        if rule.flag("G", "gone").is_some() {
            return Ok(Outcome::Status(410, None));
        }
        if let Some(skip) = rule.flag("S", "skip")
            && !skip.is_empty()
        {
            return Err("rewrite rules skip each other".to_owned());
        }
        let target = if rule.target == "-" { path.clone() } else { filled(rule.target, &captures, &now) };
        if rule.flag("P", "proxy").is_some() {
            return Ok(Outcome::Proxied(target));
        }
        if rule.redirects() {
            let status = match rule.flag("R", "redirect").unwrap_or("302") {
                "permanent" => 301,
                "" | "temp" => 302,
                "seeother" => 303,
                number => number.parse().unwrap_or(302),
            };
            return Ok(Outcome::Status(status, (300..400).contains(&status).then_some(target)));
        }
        path = target.split('?').next().unwrap_or_default().to_owned();
        if rule.flag("L", "last").is_some()
            || rule.flag("END", "end").is_some()
            || rule.flag("PT", "passthrough").is_some()
        {
            break;
        }
    }
    Ok(Outcome::On(path))
}

/// The captures of a rule that fits, or nothing where it does not.
fn matched(rule: &Rule<'_>, asked: &Asked<'_>, patterns: &Patterns) -> Known<Option<Vec<String>>> {
    let unknown = || "a rewrite rule depends on what is not known here".to_owned();
    let (negated, pattern) = rule.pattern.strip_prefix('!').map_or((false, rule.pattern), |rest| (true, rest));
    let insensitive = rule.flag("NC", "nocase").is_some();
    if patterns.is_match(pattern, insensitive, asked.path).ok_or_else(unknown)? == negated {
        return Ok(None);
    }
    let mut any = false;
    for (number, condition) in rule.conditions.iter().enumerate() {
        let flags = condition.argument(2).to_ascii_lowercase();
        let is_or = flags.trim_matches(['[', ']']).split(',').any(|flag| matches!(flag.trim(), "or" | "ornext"));
        let last_was_or = number > 0
            && rule.conditions[number - 1]
                .argument(2)
                .to_ascii_lowercase()
                .trim_matches(['[', ']'])
                .split(',')
                .any(|flag| matches!(flag.trim(), "or" | "ornext"));
        if any && last_was_or {
            // One of a group held already.
            any = is_or;
            continue;
        }
        let holds = condition_holds(condition, asked, patterns).ok_or_else(unknown)?;
        if holds {
            any = is_or;
        } else if !is_or {
            return Ok(None);
        } else {
            any = false;
        }
    }
    if negated { Ok(Some(vec![String::new()])) } else { Ok(Some(captures(pattern, insensitive, asked.path))) }
}

fn captures(pattern: &str, insensitive: bool, path: &str) -> Vec<String> {
    let built = fancy_regex::RegexBuilder::new(pattern).case_insensitive(insensitive).backtrack_limit(100_000).build();
    let found = built.ok().and_then(|regex| {
        regex.captures(path).ok().flatten().map(|found| {
            (0..found.len()).map(|number| found.get(number).map_or("", |one| one.as_str()).to_owned()).collect()
        })
    });
    found.unwrap_or_default()
}

/// Whether a condition holds; `None` where it asks for what is not known here.
fn condition_holds(condition: &Node, asked: &Asked<'_>, patterns: &Patterns) -> Option<bool> {
    let text = variables(condition.argument(0), asked)?;
    let test = condition.argument(1);
    let (negated, test) = test.strip_prefix('!').map_or((false, test), |rest| (true, rest));
    let flags = condition.argument(2).to_ascii_lowercase();
    let insensitive = flags.contains("nc") || flags.contains("nocase");
    let holds = if let Some(wanted) = test.strip_prefix('=') {
        text == wanted.trim_matches('"') || (insensitive && text.eq_ignore_ascii_case(wanted))
    } else if test.starts_with('-') || test.starts_with(['<', '>']) || condition.argument(0) == "expr" {
        return None;
    } else {
        patterns.is_match(test, insensitive, &text)?
    };
    Some(holds != negated)
}

/// A test string with its variables filled in.
fn variables(text: &str, asked: &Asked<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("%{") {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 2..];
        let end = behind.find('}')?;
        out.push_str(match behind[..end].to_ascii_uppercase().as_str() {
            "HTTPS" => {
                if asked.tls {
                    "on"
                } else {
                    "off"
                }
            }
            "REQUEST_SCHEME" => {
                if asked.tls {
                    "https"
                } else {
                    "http"
                }
            }
            "REQUEST_URI" => asked.path,
            "HTTP_HOST" | "SERVER_NAME" | "HTTP:HOST" => asked.host,
            "SERVER_PORT" => asked.port,
            "REQUEST_METHOD" => "GET",
            "QUERY_STRING" => "",
            _ => return None,
        });
        rest = &behind[end + 1..];
    }
    if rest.contains(['%', '$']) && !text.contains("%{") {
        return None;
    }
    out.push_str(rest);
    Some(out)
}

/// A target with `$1` and the variables that are known; what is not stays as it is.
fn filled(target: &str, captures: &[String], asked: &Asked<'_>) -> String {
    let mut out = String::new();
    let mut characters = target.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek().and_then(|next| next.to_digit(10))) {
            ('$', Some(number)) => {
                characters.next();
                out.push_str(captures.get(number as usize).map_or("", String::as_str));
            }
            _ => out.push(character),
        }
    }
    variables(&out, asked).unwrap_or(out)
}

#[cfg(test)]
mod tests {
    use super::super::tests::nodes;
    use super::*;

    fn run_on(text: &str, path: &str) -> Known<Outcome> {
        let nodes = nodes(&format!("RewriteEngine On\n{text}"));
        let asked = Asked { path, host: "www.example.jp", port: "80", tls: false };
        run(&rules(&nodes), &asked, &Patterns::default())
    }

    #[test]
    fn rules_are_run_in_their_order() {
        let to_tls = "RewriteCond %{HTTPS} !=on\nRewriteCond %{REQUEST_URI} !^/\\.well-known/\nRewriteRule ^/?(.*) https://%{HTTP_HOST}/$1 [R=301,L]";
        assert_eq!(run_on(to_tls, "/a"), Ok(Outcome::Status(301, Some("https://www.example.jp/a".to_owned()))));
        assert_eq!(run_on(to_tls, "/.well-known/x"), Ok(Outcome::On("/.well-known/x".to_owned())));
        assert_eq!(run_on("RewriteRule \"/\\.git\" - [F]", "/.git/HEAD"), Ok(Outcome::Status(403, None)));
        assert_eq!(run_on("RewriteRule ^/old - [G]", "/old"), Ok(Outcome::Status(410, None)));
        assert_eq!(
            run_on("RewriteRule ^/a$ /b\nRewriteRule ^/b$ /c [R]", "/a"),
            Ok(Outcome::Status(302, Some("/c".to_owned())))
        );
        assert_eq!(
            run_on("RewriteRule ^/api/(.*) http://127.0.0.1:9/$1 [P]", "/api/x"),
            Ok(Outcome::Proxied("http://127.0.0.1:9/x".to_owned()))
        );
        let or = "RewriteCond %{HTTP_HOST} =a [OR]\nRewriteCond %{HTTP_HOST} =www.example.jp\nRewriteRule ^ - [F]";
        assert_eq!(run_on(or, "/"), Ok(Outcome::Status(403, None)));
        assert!(run_on("RewriteCond %{REMOTE_ADDR} ^10\nRewriteRule ^ - [F]", "/").is_err());
        assert!(run_on("RewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ /index.php", "/").is_err());
        assert!(rules(&nodes("RewriteRule ^ - [F]")).is_empty());
    }
}
