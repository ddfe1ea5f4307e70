//! The document of a feed: all that an issuer revoked, or what is new since a cursor. The contract is in README.md.
//!
//! Never takes a part of a document: an unknown kind, a malformed member or a gap refuses the whole.

use serde::Deserialize;
use witgate_token::{Revocation, Revocations, RevocationsFull};

/// Longest name of an epoch, in bytes.
const MAX_EPOCH_BYTES: usize = 64;

/// Why a document is none. Quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DocumentFault {
    #[error(
        "the document is no JSON object with 'issued_at' and a list 'revocations' of known kinds (line {line}, column {column})"
    )]
    Json { line: usize, column: usize },
    #[error("an entry has an empty name")]
    EmptyName,
    #[error(
        "'epoch' and 'cursor' stand together, and 'after' with both; an epoch is 1 to {MAX_EPOCH_BYTES} bytes of ASCII"
    )]
    Cursor,
    #[error("the numbers of the entries are not exactly those from 'after' to 'cursor'")]
    Gap,
    #[error(transparent)]
    Full(#[from] RevocationsFull),
}

/// serde refuses a second member of one name, and a missing one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    issued_at: u64,
    epoch: Option<String>,
    cursor: Option<u64>,
    after: Option<u64>,
    revocations: Vec<Entry>,
}

/// How far a feed was read: everything up to this number of this epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    pub epoch: String,
    pub number: u64,
}

/// A whole document.
pub(super) enum Document {
    /// All that is revoked.
    Snapshot(Box<Snapshot>),
    /// What is new since a cursor.
    Delta(Delta),
}

pub(super) struct Snapshot {
    /// When the issuer made it by its clock, in seconds since 1970-01-01 UTC.
    pub issued_at: u64,
    pub revocations: Revocations,
    /// Absent where the server knows snapshots only.
    pub cursor: Option<Cursor>,
}

/// Without a gap in itself. Whether it goes on where the reader stands, the reader must see.
pub(super) struct Delta {
    /// As in a snapshot.
    pub issued_at: u64,
    pub after: u64,
    pub revocations: Vec<Revocation>,
    pub cursor: Cursor,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Entry {
    Token { jti: String, until: u64, seq: Option<u64> },
    Session { sid: String, until: u64, seq: Option<u64> },
    Subject { sub: String, before: u64, seq: Option<u64> },
    Client { client_id: String, before: u64, seq: Option<u64> },
    Key { kid: String, seq: Option<u64> },
}

/// Reads a whole document.
pub(super) fn read(bytes: &[u8]) -> Result<Document, DocumentFault> {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        // serde would take a list for a struct.
        return Err(DocumentFault::Json { line: 1, column: 1 });
    }
    let mut written: Written = serde_json::from_slice(bytes)
        .map_err(|error| DocumentFault::Json { line: error.line(), column: error.column() })?;
    if written.revocations.iter().any(|entry| entry.name().is_empty()) {
        return Err(DocumentFault::EmptyName);
    }
    let cursor = cursor(written.epoch.take(), written.cursor)?;
    match (written.after, cursor) {
        (None, cursor) => Ok(Document::Snapshot(Box::new(snapshot(written, cursor)?))),
        (Some(after), Some(cursor)) => Ok(Document::Delta(delta(written, after, cursor)?)),
        (Some(_), None) => Err(DocumentFault::Cursor),
    }
}

fn cursor(epoch: Option<String>, number: Option<u64>) -> Result<Option<Cursor>, DocumentFault> {
    match (epoch, number) {
        (None, None) => Ok(None),
        (Some(epoch), Some(number)) if is_epoch(&epoch) => Ok(Some(Cursor { epoch, number })),
        _ => Err(DocumentFault::Cursor),
    }
}

fn is_epoch(text: &str) -> bool {
    (1..=MAX_EPOCH_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn snapshot(written: Written, cursor: Option<Cursor>) -> Result<Snapshot, DocumentFault> {
    let mut revocations = Revocations::default();
    for entry in written.revocations {
        revocations.insert(entry.into())?;
    }
    Ok(Snapshot { issued_at: written.issued_at, revocations, cursor })
}

/// The numbers are those after `after` up to the cursor, each once and in order.
fn delta(written: Written, after: u64, cursor: Cursor) -> Result<Delta, DocumentFault> {
    let numbers = written.revocations.iter().map(Entry::seq);
    let expected = (after..cursor.number).map(|before| Some(before + 1));
    // A cursor far away makes a long range: `eq` stops where the entries do.
    if cursor.number < after || !numbers.eq(expected) {
        return Err(DocumentFault::Gap);
    }
    let revocations = written.revocations.into_iter().map(Revocation::from).collect();
    Ok(Delta { issued_at: written.issued_at, after, revocations, cursor })
}

impl Entry {
    fn name(&self) -> &str {
        match self {
            Self::Token { jti: name, .. } | Self::Session { sid: name, .. } => name,
            Self::Subject { sub: name, .. } | Self::Client { client_id: name, .. } | Self::Key { kid: name, .. } => {
                name
            }
        }
    }

    fn seq(&self) -> Option<u64> {
        match self {
            Self::Token { seq, .. } | Self::Session { seq, .. } | Self::Key { seq, .. } => *seq,
            Self::Subject { seq, .. } | Self::Client { seq, .. } => *seq,
        }
    }
}

impl From<Entry> for Revocation {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Token { jti, until, .. } => Self::Token { jti, until },
            Entry::Session { sid, until, .. } => Self::Session { sid, until },
            Entry::Subject { sub, before, .. } => Self::Subject { sub, before },
            Entry::Client { client_id, before, .. } => Self::Client { client_id, before },
            Entry::Key { kid, .. } => Self::Key { kid },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(bytes: &[u8]) -> Result<Snapshot, DocumentFault> {
        match read(bytes)? {
            Document::Snapshot(snapshot) => Ok(*snapshot),
            Document::Delta(_) => panic!("a delta"),
        }
    }

    fn entry(entry: &str) -> Result<usize, DocumentFault> {
        let document = format!(r#"{{"issued_at":7,"revocations":[{entry}]}}"#);
        snapshot(document.as_bytes()).map(|snapshot| snapshot.revocations.len())
    }

    /// A document with these members and a list of keys of these numbers.
    fn numbered(members: &str, numbers: &[u64]) -> Result<Document, DocumentFault> {
        let entries = numbers.iter().map(|seq| format!(r#"{{"kind":"key","kid":"k{seq}","seq":{seq}}}"#));
        let entries: Vec<String> = entries.collect();
        read(format!(r#"{{"issued_at":7,{members}"revocations":[{}]}}"#, entries.join(",")).as_bytes())
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
        assert_eq!(snapshot(good.as_bytes()).map(|snapshot| snapshot.issued_at), Ok(1_700_000_000));
        for bad in [
            "",
            "[]",
            "[7,null,null,null,[]]",
            "{}",
            &good.replace("[]", "null"),
            &good[..good.len() - 1],
            &format!("{good} x"),
        ] {
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
    fn a_delta_has_every_number_once_and_in_order() {
        let delta = |after: u64, cursor: u64, numbers: &[u64]| {
            let members = format!(r#""epoch":"e","cursor":{cursor},"after":{after},"#);
            match numbered(&members, numbers)? {
                Document::Delta(delta) => Ok((delta.after, delta.cursor.number, delta.revocations.len())),
                Document::Snapshot(_) => panic!("a snapshot"),
            }
        };
        assert_eq!(delta(4, 4, &[]), Ok((4, 4, 0)));
        assert_eq!(delta(4, 6, &[5, 6]), Ok((4, 6, 2)));
        for (after, cursor, numbers) in [
            (4, 5, &[][..]),
            (4, 6, &[5]),
            (4, 6, &[6, 5]),
            (4, 6, &[5, 5]),
            (4, 6, &[5, 7]),
            (4, 6, &[5, 6, 7]),
            (4, 4, &[5]),
            (4, 3, &[]),
            (4, u64::MAX, &[5]),
        ] {
            assert_eq!(delta(after, cursor, numbers), Err(DocumentFault::Gap), "{after} {cursor} {numbers:?}");
        }
        let nameless = r#"{"issued_at":7,"epoch":"e","cursor":1,"after":0,"revocations":[{"kind":"key","kid":"k"}]}"#;
        assert!(matches!(read(nameless.as_bytes()), Err(DocumentFault::Gap)));
    }

    #[test]
    fn a_cursor_is_whole_or_absent() {
        let good = numbered(r#""epoch":"e-1","cursor":9,"#, &[3, 9]);
        let Ok(Document::Snapshot(snapshot)) = good else { panic!("a snapshot") };
        assert_eq!(snapshot.cursor, Some(Cursor { epoch: "e-1".into(), number: 9 }));
        let long = format!(r#""epoch":"{}","cursor":1,"#, "e".repeat(MAX_EPOCH_BYTES + 1));
        for bad in [
            r#""epoch":"e","#,
            r#""cursor":1,"#,
            r#""after":1,"#,
            r#""after":1,"cursor":1,"#,
            r#""epoch":"","cursor":1,"#,
            r#""epoch":"a b","cursor":1,"#,
            &long,
        ] {
            assert!(matches!(numbered(bad, &[]), Err(DocumentFault::Cursor)), "{bad}");
        }
    }

    #[test]
    fn a_fault_quotes_nothing() {
        let fault = entry(r#"{"kind":"secret-kind"}"#).expect_err("must be refused").to_string();
        assert!(!fault.contains("secret"), "{fault}");
    }
}
