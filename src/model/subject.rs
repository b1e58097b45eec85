//! One thing in the site, spelt in one way everywhere.

use std::fmt;

/// What sort of thing a subject is; its spelling is the word before the first colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// `site:NAME`: the whole site, for facts that belong to no smaller thing.
    Site,
    /// `host:NAME`: one name that the site serves or that its pages use.
    Host,
    /// `endpoint:ADDR:PORT/NAME`: one address and port, asked for one name.
    Endpoint,
    /// `page:URL`: one URL without its query.
    Page,
    /// `file:PATH` or `file:PATH#LOCUS`: a file, or a place in it that does not move with line numbers.
    File,
    /// `log:PATH`: one log file or directory.
    Log,
    /// `account:HOST/USER`: one account on one host.
    Account,
    /// `key:FINGERPRINT`: one SSH key.
    Key,
    /// `contractor:ID`: one entry of the register.
    Contractor,
    /// `service:ID`: one service of a contractor.
    Service,
    /// `domain:NAME`: one domain in DNS.
    Domain,
    /// `mailbox:ADDRESS`: one mail address of the body.
    Mailbox,
    /// `record:ID`: one activity, person or declared item that is recorded.
    Record,
}

/// Every kind with its spelling.
const SPELLINGS: [(SubjectKind, &str); 13] = [
    (SubjectKind::Site, "site"),
    (SubjectKind::Host, "host"),
    (SubjectKind::Endpoint, "endpoint"),
    (SubjectKind::Page, "page"),
    (SubjectKind::File, "file"),
    (SubjectKind::Log, "log"),
    (SubjectKind::Account, "account"),
    (SubjectKind::Key, "key"),
    (SubjectKind::Contractor, "contractor"),
    (SubjectKind::Service, "service"),
    (SubjectKind::Domain, "domain"),
    (SubjectKind::Mailbox, "mailbox"),
    (SubjectKind::Record, "record"),
];

/// One thing that is assessed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    kind: SubjectKind,
    name: String,
}

impl Subject {
    /// A subject of a kind; `name` is all that follows the colon.
    pub fn new(kind: SubjectKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    /// Reads `kind:name`; `None` where the kind is not one of ours or the name is empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (word, name) = text.split_once(':')?;
        let (kind, _) = SPELLINGS.iter().find(|(_, spelling)| *spelling == word)?;
        (!name.is_empty()).then(|| Self::new(*kind, name))
    }

    /// What sort of thing it is.
    #[must_use]
    pub fn kind(&self) -> SubjectKind {
        self.kind
    }

    /// What follows the colon.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelling = SPELLINGS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, spelling)| spelling);
        write!(formatter, "{spelling}:{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read_back() {
        for (kind, spelling) in SPELLINGS {
            let subject = Subject::new(kind, "a:b#c");
            assert_eq!(subject.to_string(), format!("{spelling}:a:b#c"));
            assert_eq!(Subject::parse(&subject.to_string()), Some(subject));
        }
    }

    #[test]
    fn an_unknown_kind_is_no_subject() {
        assert_eq!(Subject::parse("thing:x"), None);
        assert_eq!(Subject::parse("host:"), None);
        assert_eq!(Subject::parse("host"), None);
    }
}
