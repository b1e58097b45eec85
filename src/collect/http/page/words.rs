//! Words of fields, in English and Japanese, and the category of personal information that each asks for; words of texts.

/// `autocomplete` values (HTML section 4.10.18.7.1) and what they ask for.
const COMPLETES: [(&str, &[&str]); 9] = [
    ("name", &["name", "given-name", "family-name", "additional-name", "honorific-prefix", "nickname"]),
    ("email", &["email"]),
    ("phone", &["tel", "tel-national", "tel-local", "tel-area-code", "tel-country-code"]),
    (
        "address",
        &[
            "street-address",
            "address-line1",
            "address-line2",
            "address-line3",
            "address-level1",
            "address-level2",
            "postal-code",
        ],
    ),
    ("birth", &["bday", "bday-day", "bday-month", "bday-year"]),
    ("sex", &["sex"]),
    ("card", &["cc-name", "cc-number", "cc-exp", "cc-exp-month", "cc-exp-year", "cc-csc", "cc-type"]),
    ("password", &["current-password", "new-password"]),
    ("account", &["username"]),
];

/// Parts of labels; Japanese words stand inside longer ones, so they are looked for anywhere. The first that is there counts.
const JAPANESE: [(&str, &[&str]); 11] = [
    ("my_number", &["個人番号", "マイナンバー"]),
    ("card", &["カード番号", "セキュリティコード"]),
    ("password", &["パスワード", "暗証番号"]),
    ("email", &["メール", "Eメール", "Ｅメール"]),
    ("phone", &["電話", "携帯", "連絡先番号", "ファックス", "ＦＡＸ"]),
    ("birth", &["生年月日", "誕生日"]),
    ("address", &["住所", "郵便番号", "都道府県", "市区町村", "番地", "お住まい", "〒"]),
    ("sex", &["性別"]),
    ("age", &["年齢", "年代"]),
    ("bank", &["口座番号", "口座名義"]),
    ("name", &["氏名", "お名前", "御名前", "ご芳名", "名前", "フリガナ", "ふりがな", "申込者名", "担当者名"]),
];

/// Japanese words that hold one of the above and ask for nothing of a person.
const NOT_JAPANESE: [&str; 9] =
    ["会社名", "団体名", "組織名", "件名", "ファイル名", "商品名", "会社の名前", "団体の名前", "メールの件名"];

/// Words of names and labels, whole words only.
const ENGLISH: [(&str, &[&str]); 10] = [
    ("my_number", &["mynumber", "kojinbango"]),
    ("card", &["cardnumber", "ccnumber", "creditcard", "cvv", "cvc", "csc"]),
    ("password", &["password", "passwd", "passwort"]),
    ("email", &["email", "mail", "mailaddress", "emailaddress"]),
    ("phone", &["tel", "phone", "telephone", "mobile", "denwa", "keitai", "fax"]),
    ("birth", &["birth", "birthday", "birthdate", "bday", "dob", "seinengappi", "tanjobi"]),
    (
        "address",
        &[
            "address",
            "addr",
            "jusho",
            "zip",
            "zipcode",
            "postal",
            "postcode",
            "street",
            "prefecture",
            "pref",
            "todofuken",
        ],
    ),
    ("sex", &["sex", "gender", "seibetsu"]),
    ("age", &["age", "nenrei"]),
    (
        "name",
        &[
            "name",
            "fullname",
            "firstname",
            "lastname",
            "surname",
            "shimei",
            "namae",
            "kana",
            "furigana",
            "sei",
            "mei",
            "yourname",
        ],
    ),
];

/// Words beside `name` that make it the name of a thing.
const THINGS: [&str; 16] = [
    "company",
    "file",
    "organization",
    "organisation",
    "org",
    "product",
    "user",
    "domain",
    "host",
    "event",
    "group",
    "class",
    "subject",
    "project",
    "page",
    "site",
];

/// The category that a field asks for: its `autocomplete`, else its type, its label, its name.
pub(super) fn category(kind: &str, names: &[&str], completes: &str, labels: &[&str]) -> Option<&'static str> {
    let last = completes.split_ascii_whitespace().next_back().unwrap_or_default();
    if let Some((found, _)) = COMPLETES.iter().find(|(_, values)| values.contains(&last)) {
        return Some(found);
    }
    match kind {
        "email" => return Some("email"),
        "tel" => return Some("phone"),
        "password" => return Some("password"),
        _ => {}
    }
    let is_choice = matches!(kind, "checkbox" | "radio" | "file" | "submit" | "image");
    let asks = |found: &&'static str| !is_choice || matches!(*found, "sex" | "age");
    let japanese = labels.iter().chain(names).find_map(|text| of_japanese(text)).filter(asks);
    japanese.or_else(|| names.iter().chain(labels).find_map(|text| of_english(text)).filter(asks))
}

/// Whether a field asks for a payment card.
pub(super) fn is_card(names: &[&str], completes: &str, labels: &[&str]) -> bool {
    category("text", names, completes, labels) == Some("card")
}

fn of_japanese(text: &str) -> Option<&'static str> {
    let mut text = text.to_owned();
    for word in NOT_JAPANESE {
        text = text.replace(word, "");
    }
    JAPANESE.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(found, _)| *found)
}

fn of_english(text: &str) -> Option<&'static str> {
    let words = parts(text);
    let joined = words.concat();
    let is_thing = words.iter().any(|word| THINGS.contains(&word.as_str()));
    for (found, signs) in ENGLISH {
        let fits = signs.iter().any(|sign| {
            words.iter().any(|word| word == sign) || joined == *sign || (sign.len() > 6 && joined.contains(sign))
        });
        if fits && !(found == "name" && is_thing) {
            return Some(found);
        }
    }
    None
}

/// The words of a name like `yourName`, `your_name` or `your-name2`, in lower case.
fn parts(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut was_lower, mut is_inside) = (false, false);
    for character in text.chars().take(200) {
        if !character.is_ascii_alphabetic() {
            (was_lower, is_inside) = (false, false);
            continue;
        }
        if !is_inside || (was_lower && character.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(character.to_ascii_lowercase());
        }
        (was_lower, is_inside) = (character.is_ascii_lowercase(), true);
    }
    words
}

/// A text as words: what stands between blanks and signs; Japanese, which has no blanks, letter by letter.
pub(in crate::collect::http) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_inside = false;
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() {
            if !is_inside {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.push(character);
            }
            is_inside = true;
            continue;
        }
        is_inside = false;
        if character.is_alphanumeric() {
            words.push(character.to_string());
        }
    }
    words
}

/// Whether words hold others, all of them in one run.
pub(in crate::collect::http) fn holds(page: &[String], wanted: &[String]) -> bool {
    !wanted.is_empty() && page.windows(wanted.len()).any(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_known_in_both_languages_and_things_are_no_persons() {
        let of = |name: &str, label: &str| category("text", &[name], "", &[label]);
        for (name, label, wanted) in [
            ("q1", "お名前(必須)", Some("name")),
            ("q2", "会社名", None),
            ("q3", "担当者名", Some("name")),
            ("q4", "メールアドレス", Some("email")),
            ("q5", "ご住所", Some("address")),
            ("q6", "件名", None),
            ("yourName", "", Some("name")),
            ("user_name", "", None),
            ("company-name", "", None),
            ("file_name", "", None),
            ("hotel", "", None),
            ("message", "ご意見", None),
            ("tel1", "", Some("phone")),
            ("page", "", None),
            ("e-mail", "", Some("email")),
            ("x", "Date of birth", Some("birth")),
            ("x", "個人番号(マイナンバー)", Some("my_number")),
        ] {
            assert_eq!(of(name, label), wanted, "{name} {label}");
        }
        assert_eq!(category("text", &["x"], "section-a shipping postal-code", &[]), Some("address"));
        assert_eq!(category("radio", &["sex"], "", &[]), Some("sex"));
        assert_eq!(category("checkbox", &["mail"], "", &["メールを希望する"]), None);
    }

    #[test]
    fn texts_are_held_as_a_whole() {
        let page = words("ナビ 当サイトは、IPアドレスを 取得します。 フッター");
        assert!(holds(&page, &words("当サイトはIPアドレスを取得します")));
        assert!(!holds(&page, &words("当サイトはドメイン名を取得します")) && !holds(&page, &[]));
    }
}
