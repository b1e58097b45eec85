//! The command line's help in the reader's language. English is what the code says; Japanese stands in a table.

mod japanese;

use std::ffi::OsString;

use clap::Command;
use clap::builder::StyledStr;

use self::japanese::TEXTS;
use super::arguments;
use crate::model::Language;

/// What `tenken --help` ends with, in Japanese.
const BEGIN: &str = "はじめに:\n  tenken assess https://www.example.jp     サイトを外から点検する(ファイル不要)\n  \
                     tenken assess nginx.conf                 サーバ設定をオフラインで点検する\n  \
                     tenken init https://www.example.jp       tenken.yml を作る。次は tenken assess\n\n\
                     assessの終了コード: 0 合格、1 ゲートが閉じた、2 実行できなかった、3 証拠が足りない";

/// Headings in the reader's language; the rest of a page is as clap lays it out.
const TEMPLATE: &str = "{before-help}{about-with-newline}\n使い方: {usage}\n\n{all-args}{after-help}";

/// The command line with its help in a language.
#[must_use]
pub fn command(language: Language) -> Command {
    match language {
        Language::English => arguments::command(),
        Language::Japanese => {
            let mut command = arguments::command();
            // What clap adds by itself, -h and the command help, is there to be translated from here on.
            command.build();
            japanese(command).after_help(BEGIN)
        }
    }
}

/// The language that is asked for on a command line that nobody has read yet, because its help has one too.
pub(super) fn language_of(arguments: &[OsString]) -> Option<Language> {
    let words = || arguments.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--");
    let behind = words().zip(words().skip(1)).find(|(word, _)| *word == "--lang").map(|(_, value)| value);
    let value = behind.or_else(|| words().find_map(|word| word.strip_prefix("--lang=")));
    let value = value.map(str::to_owned).or_else(|| std::env::var("TENKEN_LANG").ok())?;
    match value.as_str() {
        "en" => Some(Language::English),
        "ja" => Some(Language::Japanese),
        _ => None,
    }
}

fn japanese(command: Command) -> Command {
    let about = command.get_about().map(in_japanese);
    let command = command
        .mut_args(|arg| {
            let (short, long) = (arg.get_help().map(in_japanese), arg.get_long_help().map(in_japanese));
            let heading = if arg.is_positional() { "引数" } else { "オプション" };
            let arg = arg.help_heading(heading);
            let arg = match short {
                Some(short) => arg.help(short),
                None => arg,
            };
            match long {
                Some(long) => arg.long_help(long),
                None => arg,
            }
        })
        .mut_subcommands(japanese)
        .subcommand_help_heading("コマンド")
        .help_template(TEMPLATE);
    match about {
        Some(about) => command.about(about),
        None => command,
    }
}

/// The Japanese of a text; the text itself where there is none, which a test does not let be.
fn in_japanese(text: &StyledStr) -> String {
    let english = text.to_string();
    let japanese = TEXTS.iter().find(|(known, _)| *known == english).map(|(_, japanese)| (*japanese).to_owned());
    japanese.unwrap_or(english)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Arg;

    use super::*;

    fn texts(command: &Command, into: &mut BTreeSet<String>) {
        into.extend(command.get_about().map(ToString::to_string));
        into.extend(command.get_arguments().filter_map(Arg::get_help).map(ToString::to_string));
        into.extend(command.get_arguments().filter_map(Arg::get_long_help).map(ToString::to_string));
        command.get_subcommands().for_each(|command| texts(command, into));
    }

    #[test]
    fn every_text_of_the_help_is_japanese_too_and_none_is_idle() {
        let mut command = arguments::command();
        command.build();
        let mut english = BTreeSet::new();
        texts(&command, &mut english);
        let known: BTreeSet<String> = TEXTS.iter().map(|(english, _)| (*english).to_owned()).collect();
        assert_eq!(english.difference(&known).collect::<Vec<_>>(), [""; 0], "without Japanese");
        assert_eq!(known.difference(&english).collect::<Vec<_>>(), [""; 0], "idle");
        let mut japanese = BTreeSet::new();
        texts(&super::command(Language::Japanese), &mut japanese);
        assert_eq!(japanese.intersection(&known).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn the_language_is_known_before_anything_is_read() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(language_of(&words("tenken --lang ja --help")), Some(Language::Japanese));
        assert_eq!(language_of(&words("tenken assess --lang=en -h")), Some(Language::English));
        assert_eq!(language_of(&words("tenken -- --lang ja")), None);
    }
}
