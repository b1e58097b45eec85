//! Names of parameters, and what stands behind a name: the dictionary that gives a value its context.

/// What a name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A password: any value counts.
    Password,
    /// A session's identifier: six characters count.
    Session,
    /// A token or key, by a word that also names harmless things: the value has to look like one.
    Token,
    /// The `Authorization` header and its like.
    Authorization,
    /// A name or postal address.
    Person,
    /// The same by a word that also names other things: only Japanese text counts.
    Wide,
    /// A birth date.
    Birth,
    /// A telephone number.
    Phone,
    /// An Individual Number.
    MyNumber,
    /// A payment card number.
    Card,
    /// The number of a residence card, a passport or a pension.
    Document,
}

/// A known name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    /// Its spelling here; never text of a log.
    pub(super) name: &'static str,
    /// What it says.
    pub(super) meaning: Meaning,
}

/// Longest name that is looked at, in bytes.
const LONGEST: usize = 32;

/// The name that ends before the sign at `at`, without quotes and brackets.
pub(super) fn before(line: &[u8], at: usize) -> &[u8] {
    let mut end = at;
    while end > 0 && b"\"']".contains(&line[end - 1]) {
        end -= 1;
    }
    let (mut start, least) = (end, end.saturating_sub(LONGEST + 1));
    while start > least && is_of_a_name(line[start - 1]) {
        start -= 1;
    }
    &line[start..end]
}

/// Whether a name may end with a byte, with or without a number and quotes behind it.
pub(super) fn ends(byte: u8) -> bool {
    is_of_a_name(byte) || b"\"']".contains(&byte)
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | 0x80..)
}

/// What a name is, where it is known: the whole of it, or its last word where that alone is enough. A number behind a
/// name (`tel2`) is passed over.
pub(super) fn known(name: &[u8]) -> Option<Key> {
    let mut end = name.len();
    while end > 0 && name[end - 1].is_ascii_digit() {
        end -= 1;
    }
    let name = &name[..end];
    if name.len() < 2 || name.len() > LONGEST {
        return None;
    }
    whole(name).or_else(|| {
        let mut cut = name.len();
        while cut > 0 && !matches!(name[cut - 1], b'_' | b'-') {
            cut -= 1;
        }
        let (front, last) = (&name[..cut.checked_sub(1)?], &name[cut..]);
        let key = whole(last).filter(|key| {
            !matches!(key.meaning, Meaning::Person | Meaning::Wide) && !matches!(key.name, "sid" | "pass" | "session")
        })?;
        // `page_token` and its like say where a list goes on.
        let goes_on = [&b"page"[..], b"next", b"continuation", b"sync", b"cache", b"device"];
        let is_place =
            |word: &&[u8]| front.len() >= word.len() && front[front.len() - word.len()..].eq_ignore_ascii_case(word);
        (!goes_on.iter().any(is_place)).then_some(key)
    })
}

/// The dictionary: English, romanised Japanese and Japanese, in small letters.
const WORDS: [(&str, Meaning); 138] = {
    use Meaning::{Authorization, Birth, Card, Document, MyNumber, Password, Person, Phone, Session, Token, Wide};
    [
        ("password", Password),
        ("passwd", Password),
        ("pwd", Password),
        ("pw", Password),
        ("passphrase", Password),
        ("pass", Password),
        ("pin_code", Password),
        ("pincode", Password),
        ("パスワード", Password),
        ("sessionid", Session),
        ("session_id", Session),
        ("sessid", Session),
        ("phpsessid", Session),
        ("jsessionid", Session),
        ("aspsessionid", Session),
        ("sessiontoken", Session),
        ("session_token", Session),
        ("set-cookie", Session),
        ("token", Token),
        ("jwt", Token),
        ("sid", Token),
        ("session", Token),
        ("secret", Token),
        ("apikey", Token),
        ("api_key", Token),
        ("api-key", Token),
        ("access_token", Token),
        ("access-token", Token),
        ("accesstoken", Token),
        ("refresh_token", Token),
        ("id_token", Token),
        ("auth_token", Token),
        ("authtoken", Token),
        ("client_secret", Token),
        ("clientsecret", Token),
        ("csrf", Token),
        ("csrftoken", Token),
        ("csrf_token", Token),
        ("csrfmiddlewaretoken", Token),
        ("authenticity_token", Token),
        ("private_key", Token),
        ("secret_key", Token),
        ("authorization", Authorization),
        ("proxy-authorization", Authorization),
        ("shimei", Person),
        ("simei", Person),
        ("namae", Person),
        ("fullname", Person),
        ("full_name", Person),
        ("firstname", Person),
        ("first_name", Person),
        ("lastname", Person),
        ("last_name", Person),
        ("furigana", Person),
        ("jusho", Person),
        ("jyusho", Person),
        ("juusho", Person),
        ("jusyo", Person),
        ("氏名", Person),
        ("名前", Person),
        ("お名前", Person),
        ("住所", Person),
        ("ご住所", Person),
        ("フリガナ", Person),
        ("ふりがな", Person),
        ("name", Wide),
        ("kana", Wide),
        ("sei", Wide),
        ("mei", Wide),
        ("address", Wide),
        ("addr", Wide),
        ("birth", Birth),
        ("birthday", Birth),
        ("birthdate", Birth),
        ("birth_date", Birth),
        ("date_of_birth", Birth),
        ("dateofbirth", Birth),
        ("dob", Birth),
        ("seinengappi", Birth),
        ("生年月日", Birth),
        ("tel", Phone),
        ("phone", Phone),
        ("telephone", Phone),
        ("phonenumber", Phone),
        ("phone_number", Phone),
        ("mobile", Phone),
        ("keitai", Phone),
        ("denwa", Phone),
        ("denwabango", Phone),
        ("fax", Phone),
        ("電話", Phone),
        ("電話番号", Phone),
        ("携帯番号", Phone),
        ("mynumber", MyNumber),
        ("my_number", MyNumber),
        ("kojinbango", MyNumber),
        ("kojin_bango", MyNumber),
        ("kojinbangou", MyNumber),
        ("kojin_bangou", MyNumber),
        ("個人番号", MyNumber),
        ("マイナンバー", MyNumber),
        ("card", Card),
        ("cardno", Card),
        ("card_no", Card),
        ("cardnumber", Card),
        ("card_number", Card),
        ("creditcard", Card),
        ("credit_card", Card),
        ("cc", Card),
        ("ccnum", Card),
        ("ccnumber", Card),
        ("cc_number", Card),
        ("pan", Card),
        ("カード番号", Card),
        ("zairyu", Document),
        ("zairyucard", Document),
        ("zairyu_card", Document),
        ("residencecard", Document),
        ("residence_card", Document),
        ("residence_card_no", Document),
        ("在留カード", Document),
        ("在留カード番号", Document),
        ("passport", Document),
        ("passportno", Document),
        ("passport_no", Document),
        ("passportnumber", Document),
        ("passport_number", Document),
        ("旅券番号", Document),
        ("パスポート番号", Document),
        ("nenkin", Document),
        ("nenkinbango", Document),
        ("nenkin_bango", Document),
        ("pension", Document),
        ("pensionno", Document),
        ("pension_no", Document),
        ("pension_number", Document),
        ("年金番号", Document),
        ("基礎年金番号", Document),
    ]
};

/// The place of a word in [`FIRST`], by its first and last byte and its length.
const fn slot(first: u8, last: u8, length: usize) -> usize {
    (first as usize * 31 + last as usize * 7 + length * 53) % 512
}

/// The first word of each slot, and behind each word the next of its slot; 0 is none, all others are one too high.
const FIRST_AND_NEXT: ([u8; 512], [u8; WORDS.len()]) = {
    let (mut first, mut next) = ([0; 512], [0; WORDS.len()]);
    let mut at = 0;
    while at < WORDS.len() {
        let word = WORDS[at].0.as_bytes();
        let slot = slot(word[0], word[word.len() - 1], word.len());
        next[at] = first[slot];
        at += 1;
        first[slot] = at as u8;
    }
    (first, next)
};
static FIRST: [u8; 512] = FIRST_AND_NEXT.0;
static NEXT: [u8; WORDS.len()] = FIRST_AND_NEXT.1;

fn whole(name: &[u8]) -> Option<Key> {
    let (first, last) = (name.first()?.to_ascii_lowercase(), name.last()?.to_ascii_lowercase());
    let mut at = FIRST[slot(first, last, name.len())];
    while at > 0 {
        let (word, meaning) = WORDS[usize::from(at) - 1];
        if word.as_bytes().eq_ignore_ascii_case(name) {
            return Some(Key { name: word, meaning });
        }
        at = NEXT[usize::from(at) - 1];
    }
    None
}

/// A table that begins where a line of the processor's cache does.
#[repr(align(64))]
pub(super) struct Aligned<T>(pub(super) T);

/// The last byte of a name and the three before it, in any case: of eight bits those that a word has there. Words whose
/// last bytes agree in their low three bits share a bit; before a short word stands no letter and no digit.
pub(super) static TAILS: Aligned<[[u8; 128]; 4]> = Aligned({
    let mut tails = [[0; 128]; 4];
    let mut at = 0;
    while at < WORDS.len() {
        let word = WORDS[at].0.as_bytes();
        let last = word[word.len() - 1];
        let mut back = 0;
        // What stands before the sign of a name in another alphabet is visited by itself.
        while back < tails.len() && last.is_ascii() {
            let mut byte = 0_u8;
            while byte < 128 {
                let fits = if back < word.len() {
                    byte.to_ascii_lowercase() == word[word.len() - 1 - back]
                } else {
                    back > word.len() || !byte.is_ascii_alphanumeric()
                };
                if fits {
                    tails[back][byte as usize] |= 1 << (last % 8);
                }
                byte += 1;
            }
            back += 1;
        }
        at += 1;
    }
    tails
});

/// A bit for every two bytes, in small letters, with which a word ends.
static PAIRS: [u64; 1024] = {
    let mut pairs = [0; 1024];
    let mut at = 0;
    while at < WORDS.len() {
        let word = WORDS[at].0.as_bytes();
        let pair = (word[word.len() - 2] as usize) << 8 | word[word.len() - 1] as usize;
        pairs[pair / 64] |= 1 << (pair % 64);
        at += 1;
    }
    pairs
};

/// Whether a known name may end before the sign at `at`: most signs of a log are passed over here.
#[inline]
pub(super) fn may_end(line: &[u8], at: usize) -> bool {
    let Some(&[third, second, first]) = at.checked_sub(3).and_then(|from| line[from..].first_chunk()) else {
        return at >= 2;
    };
    let (before, last) = if b"\"']".contains(&first) { (third, second) } else { (second, first) };
    // What stands behind a number or two quotes is looked at in full.
    if last.is_ascii_digit() || b"\"']".contains(&last) {
        return true;
    }
    let pair = usize::from(before.to_ascii_lowercase()) << 8 | usize::from(last.to_ascii_lowercase());
    PAIRS[pair / 64] >> (pair % 64) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_dictionary_is_found_in_any_case_and_with_a_number_behind() {
        for (word, meaning) in WORDS {
            assert_eq!(known(word.to_ascii_uppercase().as_bytes()), Some(Key { name: word, meaning }), "{word}");
            assert_eq!(known(format!("{word}2").as_bytes()), Some(Key { name: word, meaning }), "{word}");
        }
    }

    #[test]
    fn the_last_word_is_enough_where_it_names_one_thing() {
        assert_eq!(known(b"user_password").map(|key| key.name), Some("password"));
        assert_eq!(known(b"xsrf-token").map(|key| key.name), Some("token"));
        assert_eq!(known(b"home_tel").map(|key| key.name), Some("tel"));
        for name in ["server_name", "file_name", "next_page_token", "page", "v", "utm_source", "mac_address", "2", ""] {
            assert_eq!(known(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn a_name_ends_before_its_sign_without_quotes() {
        for (line, name) in [("a&tel=", "tel"), ("\"tel\":", "tel"), ("form[tel]=", "tel"), ("?電話番号=", "電話番号")]
        {
            assert_eq!(before(line.as_bytes(), line.len() - 1), name.as_bytes(), "{line}");
        }
    }
}
