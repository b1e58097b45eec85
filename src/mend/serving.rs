//! What a server hands out and tells of itself.

use super::place::{argument, arguments, around, first_in, in_force, path, source, texts};
use super::{Edit, Files, edit};
use crate::model::Finding;

pub(super) fn version(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    match in_force(&way, "server_tokens") {
        Some(directive) => Some(vec![argument(&own, directive, 0, "off")?]),
        None => Some(vec![first_in(&own, around(&way, "server")?, "server_tokens off;")?]),
    }
}

/// A server for the names that nobody has, on the socket of the finding.
pub(super) fn default_server(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let server = *path(&own, &finding.location)?.last()?;
    let name = finding.subject.to_string();
    let socket = name.rsplit_once("socket[")?.1.strip_suffix(']')?.to_owned();
    let socket = socket.strip_prefix("*:").unwrap_or(&socket);
    // Another server that is marked as default is the one that answers: only its owner can say what it is for.
    let listens = || server.block.iter().flatten().filter(|one| one.name == "listen");
    if listens().any(|one| one.arguments.iter().any(|word| word == "default_server" || word == "default")) {
        return None;
    }
    let tls = listens().any(|one| one.arguments.iter().any(|word| word == "ssl"));
    let text = if tls {
        format!(
            "server {{\n    listen {socket} ssl default_server;\n    ssl_reject_handshake on;\n    ssl_protocols TLSv1.2 TLSv1.3;\n    \
             ssl_session_tickets off;\n    server_tokens off;\n    return 444;\n}}\n\n"
        )
    } else {
        format!("server {{\n    listen {socket} default_server;\n    server_tokens off;\n    return 444;\n}}\n\n")
    };
    let column = usize::try_from(server.column).ok()?.saturating_sub(1);
    let indent = " ".repeat(column);
    let text = text.trim_end_matches('\n').replace('\n', &format!("\n{indent}"));
    Some(vec![edit(&own, server.span.start..server.span.start, format!("{text}\n{indent}"))])
}

pub(super) fn listing(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let directive = in_force(&path(&own, &finding.location)?, "autoindex")?;
    Some(vec![argument(&own, directive, 0, "off")?])
}

/// The location ends in a slash, as its alias does.
pub(super) fn alias(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let location = *path(&own, &finding.location)?.last()?;
    let end = location.words.last()?.end;
    let end =
        if own.text.get(end.checked_sub(1)?).is_some_and(|byte| matches!(byte, b'"' | b'\'')) { end - 1 } else { end };
    (location.name == "location").then(|| vec![edit(&own, end..end, "/")])
}

pub(super) fn hidden(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    let server = around(&way, "server")?;
    let mut first = first_in(&own, server, r"location ~ /\.(?!well-known/) { deny all; }")?;
    let second = first_in(&own, server, r"location ~* (~|\.(bak|old|orig|sql|swp))$ { deny all; }")?;
    // Where it ends with the blank of a block on one line, that blank parts the two.
    first.text = format!("{}{}", first.text.trim_end(), second.text);
    Some(vec![first])
}

pub(super) fn body_size(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let directive = in_force(&path(&own, &finding.location)?, "client_max_body_size")?;
    Some(vec![argument(&own, directive, 0, "10m")?])
}

pub(super) fn methods(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    fn gather<'d>(block: &'d [crate::syntax::nginx::Directive], found: &mut Vec<&'d crate::syntax::nginx::Directive>) {
        for directive in block {
            if directive.name == "dav_methods" {
                found.push(directive);
            }
            gather(directive.block.as_deref().unwrap_or_default(), found);
        }
    }
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    let mut found = Vec::new();
    gather(around(&way, "server")?.block.as_deref()?, &mut found);
    found.into_iter().map(|directive| arguments(&own, directive, "off")).collect()
}

/// A plain server sends everybody to HTTPS, to its own first name.
pub(super) fn plain(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let server = *path(&own, &finding.location)?.last()?;
    let tls = |word: &String| word == "ssl" || word == "quic";
    let listens = server.block.iter().flatten().filter(|one| one.name == "listen");
    if listens.into_iter().any(|one| one.arguments.iter().any(tls)) {
        // One block for both needs a second one: that is a person's work.
        return None;
    }
    let name = literal_name(server)?;
    Some(vec![first_in(&own, server, &format!("return 301 https://{name}$request_uri;"))?])
}

/// The first name of a server, where it is a name.
fn literal_name(server: &crate::syntax::nginx::Directive) -> Option<&str> {
    let names = server.block.iter().flatten().filter(|one| one.name == "server_name").flat_map(|one| &one.arguments);
    names
        .map(String::as_str)
        .find(|name| name.contains('.') && !name.starts_with(['.', '~', '*']) && !name.contains('$'))
}

/// The host of a redirect is the server's name.
pub(super) fn redirect_host(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    let name = literal_name(around(&way, "server")?)?;
    let chosen = texts(finding, "redirect_hosts_of_client");
    let mut edits = Vec::new();
    for directive in way.last()?.block.iter().flatten().filter(|one| matches!(one.name.as_str(), "return" | "rewrite"))
    {
        for span in directive.words.iter().skip(1) {
            let text = own.slice(span.clone());
            let mut mended = text.clone();
            for variable in &chosen {
                mended = mended.replace(&format!("://{variable}"), &format!("://{name}"));
            }
            if mended != text {
                edits.push(edit(&own, span.clone(), mended));
            }
        }
    }
    Some(edits)
}

/// The path as it was sent takes the place of the decoded one.
pub(super) fn line_breaks(finding: &Finding, files: &Files<'_>) -> Option<Vec<Edit>> {
    let own = source(&finding.location, files)?;
    let way = path(&own, &finding.location)?;
    let names = ["return", "add_header", "proxy_set_header"];
    let mut edits = Vec::new();
    for directive in way.last()?.block.iter().flatten().filter(|one| names.contains(&one.name.as_str())) {
        for span in directive.words.iter().skip(1) {
            let text = own.slice(span.clone());
            let mended =
                ["$document_uri", "${document_uri}", "${uri}", "$uri"].iter().fold(text.clone(), |text, name| {
                    // Arguments are part of the path as it was sent.
                    text.replace(&format!("{name}$is_args$args"), "$request_uri").replace(name, "$request_uri")
                });
            if mended != text {
                edits.push(edit(&own, span.clone(), mended));
            }
        }
    }
    Some(edits)
}
