//! The document of a feed: a full snapshot of what an issuer revoked. The contract is in README.md.
//!
//! Never takes a part of a document: an unknown kind or a malformed member refuses the whole.

use serde::Deserialize;
use witgate_token::{Revocation, Revocations, RevocationsFull};

/// Why a document is no snapshot. Quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DocumentFault {
    #[error(
        "the document is no JSON object with 'issued_at' and a list 'revocations' of known kinds (line {line}, column {column})"
    )]
    Json { line: usize, column: usize },
    #[error("an entry has an empty name")]
    EmptyName,
    #[error(transparent)]
    Full(#[from] RevocationsFull),
}

/// serde refuses a second member of one name, and a missing one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    issued_at: u64,
    revocations: Vec<Entry>,
}

/// A whole document.
pub(super) struct Snapshot {
    /// When the issuer made it, in seconds since 1970-01-01 UTC. A later one is never older.
    pub issued_at: u64,
    pub revocations: Revocations,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Entry {
    Token { jti: String, until: u64 },
    Session { sid: String, until: u64 },
    Subject { sub: String, before: u64 },
    Client { client_id: String, before: u64 },
    Key { kid: String },
}

/// Reads a whole snapshot.
pub(super) fn read(bytes: &[u8]) -> Result<Snapshot, DocumentFault> {
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| DocumentFault::Json { line: error.line(), column: error.column() })?;
    let mut revocations = Revocations::default();
    for entry in document.revocations {
        if entry.name().is_empty() {
            return Err(DocumentFault::EmptyName);
        }
        revocations.insert(entry.into())?;
    }
    Ok(Snapshot { issued_at: document.issued_at, revocations })
}

impl Entry {
    fn name(&self) -> &str {
        match self {
            Self::Token { jti: name, .. } | Self::Session { sid: name, .. } => name,
            Self::Subject { sub: name, .. } | Self::Client { client_id: name, .. } | Self::Key { kid: name } => name,
        }
    }
}

impl From<Entry> for Revocation {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Token { jti, until } => Self::Token { jti, until },
            Entry::Session { sid, until } => Self::Session { sid, until },
            Entry::Subject { sub, before } => Self::Subject { sub, before },
            Entry::Client { client_id, before } => Self::Client { client_id, before },
            Entry::Key { kid } => Self::Key { kid },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(entry: &str) -> Result<usize, DocumentFault> {
        let document = format!(r#"{{"issued_at":7,"revocations":[{entry}]}}"#);
        read(document.as_bytes()).map(|snapshot| snapshot.revocations.len())
    }

    #[test]
    fn each_kind_is_read() {
        for good in [
            r#"{"kind":"token","jti":"t1","until":1}"#,
            r#"{"kind":"session","sid":"s1","until":1}"#,
            r#"{"kind":"subject","sub":"u1","before":1}"#,
            r#"{"before":1,"client_id":"c1","kind":"client"}"#,
            r#"{"kind":"key","kid":"k1"}"#,
        ] {
            assert_eq!(entry(good), Ok(1), "{good}");
        }
        assert_eq!(entry(""), Ok(0));
    }

    #[test]
    fn one_bad_entry_refuses_the_whole() {
        for bad in [
            r#"{"kind":"device","id":"d1"}"#,
            r#"{"kind":"Token","jti":"t1","until":1}"#,
            r#"{"jti":"t1","until":1}"#,
            r#"{"kind":"token","jti":"t1"}"#,
            r#"{"kind":"token","jti":"t1","until":-1}"#,
            r#"{"kind":"token","jti":"t1","until":1.5}"#,
            r#"{"kind":"token","jti":"t1","until":"1"}"#,
            r#"{"kind":"token","jti":1,"until":1}"#,
            r#"{"kind":"token","jti":"t1","jti":"t2","until":1}"#,
            r#"{"kind":"key","kind":"key","kid":"k1"}"#,
            r#"{"kind":"token","jti":"t1","until":1,"sid":"s1"}"#,
            r#"{"kind":"key","kid":null}"#,
            "null",
        ] {
            let good_first = format!(r#"{{"kind":"key","kid":"k1"}},{bad}"#);
            assert!(matches!(entry(&good_first), Err(DocumentFault::Json { .. })), "{bad}");
        }
        assert_eq!(entry(r#"{"kind":"key","kid":""}"#), Err(DocumentFault::EmptyName));
    }

    #[test]
    fn the_document_is_one_object_with_one_list() {
        let good = r#"{"revocations":[],"issued_at":1700000000}"#;
        assert_eq!(read(good.as_bytes()).map(|snapshot| snapshot.issued_at), Ok(1_700_000_000));
        for bad in ["", "[]", "{}", &good.replace("[]", "null"), &good[..good.len() - 1], &format!("{good} x")] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
        for more in [r#""revocations":[]"#, r#""issued_at":1700000000"#, r#""next":"/more""#] {
            let bad = good.replacen('{', &format!("{{{more},"), 1);
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_document_says_when_it_was_made() {
        assert!(read(br#"{"revocations":[]}"#).is_err());
        for bad in ["null", "-1", "1.5", "\"1700000000\"", "[1]", "18446744073709551616"] {
            let document = format!(r#"{{"issued_at":{bad},"revocations":[]}}"#);
            assert!(matches!(read(document.as_bytes()), Err(DocumentFault::Json { .. })), "{bad}");
        }
    }

    #[test]
    fn a_fault_quotes_nothing() {
        let fault = entry(r#"{"kind":"secret-kind"}"#).expect_err("must be refused").to_string();
        assert!(!fault.contains("secret"), "{fault}");
    }
}
