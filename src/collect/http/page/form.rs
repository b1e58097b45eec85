//! Forms: where each may be sent, how, and which fields ask for what about a person.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::Page;
use super::words::{category, is_card};
use crate::syntax::html::{Document, Element};

/// One form with all ways to send it.
#[derive(Debug, Default)]
pub(in crate::collect::http) struct Form {
    /// Its id, or its number on the page; `outside` for fields that no form owns.
    pub(in crate::collect::http) name: String,
    /// Categories of personal information.
    pub(in crate::collect::http) categories: BTreeSet<&'static str>,
    /// Every way to send it: URL (`None` where it is none) and whether by POST.
    pub(in crate::collect::http) ways: Vec<(Option<Url>, bool)>,
    /// It has a password field.
    pub(in crate::collect::http) has_password: bool,
    /// It has a field for a card.
    pub(in crate::collect::http) has_card: bool,
    /// Names of password and card fields without a fitting `autocomplete`.
    pub(in crate::collect::http) unfitting: BTreeSet<String>,
}

/// Collects the forms of a document.
pub(super) fn of_document(page: &mut Page, document: &Document, url: &Url, base: &Url) {
    let forms: Vec<Element<'_>> =
        document.elements().filter(|element| element.name() == "form" && element.is_html()).collect();
    let labels: BTreeMap<&str, String> = document
        .elements()
        .filter(|element| element.name() == "label")
        .filter_map(|label| Some((label.attribute("for")?, label.text())))
        .collect();
    let first = page.forms.len();
    for (number, element) in forms.iter().enumerate() {
        let id = element.attribute("id").filter(|id| !id.is_empty());
        let name = id.map_or_else(|| (first + number).to_string(), |id| id.chars().take(40).collect());
        let way = way(element.attribute("action"), element.attribute("method"), url, base);
        page.forms.push(Form { name, ways: way.into_iter().collect(), ..Form::default() });
    }
    let mut outside = Form { name: "outside".to_owned(), ways: vec![(None, false)], ..Form::default() };
    for field in document.elements() {
        if !matches!(field.name(), "input" | "textarea" | "select" | "button") || !field.is_html() {
            continue;
        }
        let owner = owner(field, &forms);
        let Some(form) = owner.map_or(Some(&mut outside), |owner| page.forms.get_mut(first + owner)) else { continue };
        let kind = field.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
        let submits = (field.name() == "button" && matches!(kind.as_str(), "" | "submit"))
            || matches!(kind.as_str(), "submit" | "image");
        if submits {
            if let Some(owner) = owner
                && (field.attribute("formaction").is_some() || field.attribute("formmethod").is_some())
            {
                let action = field.attribute("formaction").or_else(|| forms[owner].attribute("action"));
                let method = field.attribute("formmethod").or_else(|| forms[owner].attribute("method"));
                form.ways.extend(way(action, method, url, base));
            }
            continue;
        }
        take(form, field, &kind, &labels);
    }
    if !outside.categories.is_empty() || outside.has_password || outside.has_card {
        page.forms.push(outside);
    }
}

/// The form that owns a field: by its `form` attribute, by the parser, else the one around it.
fn owner(field: Element<'_>, forms: &[Element<'_>]) -> Option<usize> {
    if let Some(id) = field.attribute("form") {
        return forms.iter().position(|form| form.attribute("id") == Some(id));
    }
    let owner = field.form_owner().or_else(|| field.ancestors().find(|element| element.name() == "form"))?;
    forms.iter().position(|form| *form == owner)
}

/// One way to send; `None` for a dialogue that only closes itself.
fn way(action: Option<&str>, method: Option<&str>, url: &Url, base: &Url) -> Option<(Option<Url>, bool)> {
    let method = method.unwrap_or_default().trim().to_ascii_lowercase();
    if method == "dialog" {
        return None;
    }
    let target = match action.map(str::trim) {
        // Without an action it goes to the page itself, whatever the base is (HTML section 4.10.22.3).
        None | Some("") => Some(url.clone()),
        Some(action) => base.join(action).ok(),
    };
    Some((target, method == "post"))
}

fn take(form: &mut Form, field: Element<'_>, kind: &str, labels: &BTreeMap<&str, String>) {
    if matches!(kind, "hidden" | "button" | "reset" | "search" | "color" | "range") {
        return;
    }
    let attribute = |name: &str| field.attribute(name).unwrap_or_default();
    let by_id = field.attribute("id").and_then(|id| labels.get(id)).cloned().unwrap_or_default();
    let around =
        field.ancestors().take(4).find(|element| element.name() == "label").map(Element::text).unwrap_or_default();
    // Old pages put the label into the cell or term before.
    let beside = if by_id.trim().is_empty() && around.trim().is_empty() { cell_before(field) } else { String::new() };
    let completes = attribute("autocomplete").to_ascii_lowercase();
    let labels =
        [by_id.as_str(), &around, &beside, attribute("placeholder"), attribute("aria-label"), attribute("title")];
    let names = [attribute("name"), attribute("id")];
    let found = category(kind, &names, &completes, &labels);
    let shown = [attribute("name"), attribute("id"), kind].into_iter().find(|name| !name.is_empty()).unwrap_or("field");
    let shown: String = shown.chars().take(40).collect();
    if kind == "password" {
        form.has_password = true;
        let last = completes.split_ascii_whitespace().next_back().unwrap_or_default();
        if !matches!(last, "current-password" | "new-password" | "one-time-code" | "off") {
            form.unfitting.insert(shown);
        }
    } else if is_card(&names, &completes, &labels) {
        form.has_card = true;
        let last = completes.split_ascii_whitespace().next_back().unwrap_or_default();
        if !(last.starts_with("cc-") || last == "off") {
            form.unfitting.insert(shown);
        }
    }
    form.categories.extend(found);
}

/// The text of the table cell or list term before the one that holds a field.
fn cell_before(field: Element<'_>) -> String {
    let Some(cell) = field.ancestors().take(4).find(|element| matches!(element.name(), "td" | "dd")) else {
        return String::new();
    };
    let Some(row) = cell.parent() else { return String::new() };
    let mut before = None;
    for sibling in row.descendants().filter(|element| element.parent() == Some(row)) {
        if sibling == cell {
            break;
        }
        if matches!(sibling.name(), "th" | "td" | "dt") {
            before = Some(sibling);
        }
    }
    before.map(Element::text).unwrap_or_default()
}
