//! Reasons why something is unknown or was not looked at, in Japanese. Evidence keeps them in English; readers get both.

mod answers;
mod certificates;
mod endpoints;
mod parties;
mod server_table;
mod table;
mod wire;

use server_table::SERVER_REASONS;
use table::REASONS;

/// Every reason that is translated.
fn all() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    [
        REASONS,
        parties::REASONS,
        certificates::REASONS,
        endpoints::REASONS,
        answers::REASONS,
        wire::REASONS,
        SERVER_REASONS,
    ]
    .into_iter()
    .flatten()
}

/// A reason in Japanese: the whole of it, or its last part where something outside (a path, a kind) stands in front.
///
/// Words of the operating system and of other programs have no translation and stay as they are.
#[must_use]
pub fn reason_in_japanese(reason: &str) -> String {
    let known = all().find(|(english, _)| *english == reason);
    if let Some((_, japanese)) = known {
        return (*japanese).to_owned();
    }
    match reason.split_once(": ") {
        Some((front, rest)) => format!("{front}: {}", reason_in_japanese(rest)),
        None => match reason.strip_suffix(" was not seen") {
            Some(field) => format!("{field}を確認できませんでした"),
            None => reason.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_front_stays_and_the_rest_is_translated() {
        assert_eq!(reason_in_japanese("nginx/x.conf: not found"), "nginx/x.conf: 見つかりません");
        assert_eq!(reason_in_japanese("hsts.valid was not seen"), "hsts.validを確認できませんでした");
        assert_eq!(reason_in_japanese("os error 5"), "os error 5");
    }

    #[test]
    fn every_reason_is_written_in_both() {
        for (english, japanese) in all() {
            assert!(english.is_ascii() && !japanese.is_ascii(), "{english}");
        }
    }
}
