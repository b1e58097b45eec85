//! mod_headers: the operations in force, in their order, and what they make of both tables. `Header set` reaches answers that
//! succeed; `Header always set` reaches all. A header that stands in both tables is sent twice.

use std::rc::Rc;

use super::super::served::{Known, SetHeader};
use super::read::Node;

/// What one operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Set,
    SetIfEmpty,
    Append,
    Add,
    Unset,
    Edit,
}

/// One `Header`.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    always: bool,
    action: Action,
    name: String,
    value: String,
    condition: Option<String>,
    node: Rc<Node>,
}

/// What a request is to the conditions of an operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstance {
    pub(super) tls: bool,
    /// An HTML page, and not a style sheet or an image.
    pub(super) page: bool,
}

impl Operation {
    /// Reads one directive; `None` for what changes nothing (echo, note) and what is not understood.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let mut words = node.arguments.as_slice();
        let mut always = false;
        if let Some((first, rest)) = words.split_first()
            && matches!(first.to_ascii_lowercase().as_str(), "always" | "onsuccess")
        {
            always = first.eq_ignore_ascii_case("always");
            words = rest;
        }
        let (action, rest) = words.split_first()?;
        let (name, rest) = rest.split_first()?;
        let action = match action.to_ascii_lowercase().as_str() {
            "set" => Action::Set,
            "setifempty" => Action::SetIfEmpty,
            "append" | "merge" => Action::Append,
            "add" => Action::Add,
            "unset" => Action::Unset,
            "edit" | "edit*" => Action::Edit,
            _ => return None,
        };
        let own = usize::from(action == Action::Edit) + usize::from(action != Action::Unset);
        Some(Self {
            always,
            action,
            name: name.trim_end_matches(':').to_ascii_lowercase(),
            value: rest.first().filter(|_| action != Action::Unset).cloned().unwrap_or_default(),
            condition: rest.get(own).cloned(),
            node: Rc::new(Node { block: None, ..node.clone() }),
        })
    }
}

/// What the operations make of an answer that had none of these headers.
pub(super) fn effective(
    operations: &[Operation],
    circumstance: Circumstance,
    reflects: &dyn Fn(&str) -> Known<String>,
) -> Vec<SetHeader> {
    let (mut always, mut success) = (Vec::new(), Vec::new());
    for operation in operations {
        let table = if operation.always { &mut always } else { &mut success };
        apply(table, operation, circumstance, reflects);
    }
    always.extend(success);
    always
}

fn apply(
    table: &mut Vec<SetHeader>,
    operation: &Operation,
    circumstance: Circumstance,
    reflects: &dyn Fn(&str) -> Known<String>,
) {
    let certain = match operation.condition.as_deref().map_or(Ok(true), |text| holds(text, circumstance)) {
        Ok(false) => return,
        Ok(true) => Ok(()),
        Err(reason) => Err(reason),
    };
    let mut made = SetHeader {
        name: operation.name.clone(),
        value: fixed(&operation.value, reflects),
        on_success: true,
        on_error: operation.always,
        certain: certain.clone(),
        location: operation.node.location(),
    };
    let same = |header: &SetHeader| header.name == operation.name;
    let is_there = table.iter().any(same);
    match operation.action {
        Action::Set if certain.is_ok() => {
            table.retain(|header| !same(header));
            table.push(made);
        }
        Action::Set | Action::Edit if is_there => {
            let reason = certain.err().unwrap_or_else(|| "its value is edited".to_owned());
            table.iter_mut().filter(|header| same(header)).for_each(|header| header.value = Err(reason.clone()));
        }
        Action::Edit => {}
        Action::SetIfEmpty if is_there => {}
        Action::Append if is_there => {
            for header in table.iter_mut().filter(|header| same(header)) {
                header.value = match (&header.value, &made.value) {
                    (Ok(old), Ok(new)) if certain.is_ok() => Ok(format!("{old}, {new}")),
                    (Err(reason), _) | (_, Err(reason)) => Err(reason.clone()),
                    _ => Err("a condition that is not known here adds to it".to_owned()),
                };
            }
        }
        Action::Unset => match certain {
            Ok(()) => table.retain(|header| !same(header)),
            Err(reason) => {
                table.iter_mut().filter(|header| same(header)).for_each(|header| header.certain = Err(reason.clone()));
            }
        },
        Action::Set | Action::SetIfEmpty | Action::Append | Action::Add => {
            made.certain = certain;
            table.push(made);
        }
    }
}

/// A value without what only a request can fill in.
fn fixed(value: &str, reflects: &dyn Fn(&str) -> Known<String>) -> Known<String> {
    if value.starts_with("expr=") || value.replace("%%", "").contains('%') {
        return reflects(value);
    }
    Ok(value.replace("%%", "%"))
}

/// Whether a condition of an operation holds.
pub(super) fn holds(text: &str, circumstance: Circumstance) -> Known<bool> {
    let unknown = || Err("it is set under a condition that is not known here".to_owned());
    if text == "early" {
        return Ok(true);
    }
    if let Some(name) = text.strip_prefix("env=") {
        let (negated, name) = name.strip_prefix('!').map_or((false, name), |name| (true, name));
        return if name == "HTTPS" { Ok(circumstance.tls != negated) } else { unknown() };
    }
    let Some(expression) = text.strip_prefix("expr=") else { return unknown() };
    expression_holds(expression, circumstance).map_or_else(unknown, Ok)
}

/// The few expressions that say over what or for what an answer is sent.
pub(super) fn expression_holds(expression: &str, circumstance: Circumstance) -> Option<bool> {
    let plain: String =
        expression.chars().filter(|character| !matches!(character, ' ' | '"' | '\'' | '(' | ')')).collect();
    let lower = plain.to_ascii_lowercase();
    match lower.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        "%{https}==on"
        | "%{https}!=off"
        | "%{https}eqon"
        | "%{request_scheme}==https"
        | "-n%{https}"
        | "%{server_port}==443" => Some(circumstance.tls),
        "%{https}!=on" | "%{https}==off" | "%{request_scheme}==http" | "%{request_scheme}!=https" | "-z%{https}" => {
            Some(!circumstance.tls)
        }
        _ if lower.starts_with("%{content_type}=~") && lower.contains("text/html") || lower.contains("text\\/html") => {
            Some(circumstance.page)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::nodes;
    use super::*;

    fn made(text: &str, tls: bool) -> Vec<String> {
        let operations: Vec<Operation> = nodes(text).iter().filter_map(Operation::of).collect();
        let circumstance = Circumstance { tls, page: true };
        effective(&operations, circumstance, &|_| Err("?".to_owned()))
            .iter()
            .map(|one| {
                let value = one.value.clone().unwrap_or_else(|reason| format!("({reason})"));
                let mark = if one.on_error { "*" } else { "" };
                format!("{}{mark}: {value}{}", one.name, if one.certain.is_err() { " ?" } else { "" })
            })
            .collect()
    }

    #[test]
    fn the_two_tables_are_apart() {
        assert_eq!(made("Header set A 1\nHeader always set A 2", true), ["a*: 2", "a: 1"]);
        assert_eq!(made("Header set A 1\nHeader always unset A", true), ["a: 1"]);
        assert_eq!(made("Header set A 1\nHeader set a: 2", true), ["a: 2"]);
        assert_eq!(made("Header add A 1\nHeader add A 2", true), ["a: 1", "a: 2"]);
        assert_eq!(made("Header set A 1\nHeader append A 2\nHeader setifempty A 3", true), ["a: 1, 2"]);
        assert_eq!(made("Header set A 1\nHeader unset A", true), Vec::<String>::new());
        assert_eq!(made("Header set A 100%%\nHeader set B %t", true), ["a: 100%", "b: (?)"]);
        assert_eq!(made("Header edit A x y\nHeader set A 1\nHeader edit A x y", true), ["a: (its value is edited)"]);
        assert_eq!(made("Header echo ^X\nHeader note A b", true), Vec::<String>::new());
    }

    #[test]
    fn conditions_on_tls_are_decided_and_others_are_not() {
        for text in ["env=HTTPS", "\"expr=%{HTTPS} == 'on'\"", "\"expr=%{REQUEST_SCHEME} == 'https'\""] {
            assert_eq!(made(&format!("Header set A 1 {text}"), true), ["a: 1"]);
            assert_eq!(made(&format!("Header set A 1 {text}"), false), Vec::<String>::new());
        }
        assert_eq!(made("Header set A 1 env=other", true), ["a: 1 ?"]);
        assert_eq!(made("Header set A 1 \"expr=%{CONTENT_TYPE} =~ m#text\\/html#i\"", true), ["a: 1"]);
    }
}
