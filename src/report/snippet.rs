//! The offending line of a configuration or register, as a compiler shows it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::escape::terminal;
use crate::model::{Assessment, Location};

/// Columns that line numbers and bars take.
const GUTTER: usize = 10;

/// The line at a place with its neighbours, or nothing where no line was kept.
pub(super) fn snippet(assessment: &Assessment, place: &Location, width: usize, color: bool) -> Option<String> {
    let (file, line) = (place.file.as_deref()?, place.line?);
    let lines = assessment.excerpts.get(file)?;
    lines.get(&line)?;
    let near: Vec<(u32, String)> = lines
        .range(line.saturating_sub(1)..=line.saturating_add(1))
        .map(|(number, text)| (*number, cut(&terminal(text), width.saturating_sub(GUTTER))))
        .collect();
    let first = near.first()?.0;
    let mut source = String::new();
    let mut marked = 0..0;
    for (number, text) in &near {
        if *number == line {
            let column = usize::try_from(place.column.unwrap_or(1)).unwrap_or(1).saturating_sub(1);
            let skipped: usize = text.chars().take(column).map(char::len_utf8).sum();
            let blank = text[skipped..].len() - text[skipped..].trim_start().len();
            let from = source.len() + skipped + blank;
            marked = from..(source.len() + text.trim_end().len()).max(from);
        }
        source.push_str(text);
        source.push('\n');
    }
    let path = terminal(file);
    let snippet = Snippet::source(source.as_str())
        .path(path.as_str())
        .line_start(usize::try_from(first).unwrap_or(1))
        .fold(false)
        .annotation(AnnotationKind::Primary.span(marked));
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    Some(renderer.term_width(width).render(&[Group::with_level(Level::ERROR).element(snippet)]))
}

/// The text in at most so many columns, with a mark where it goes on.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let (mut shown, mut used) = (String::new(), 0);
    for character in text.chars() {
        if used + character.width().unwrap_or(0) + 1 > columns {
            break;
        }
        used += character.width().unwrap_or(0);
        shown.push(character);
    }
    shown + "…"
}
