//! Pages of the feed as JSON: the contract with `witgate-keyring`, whose README has it. Never adds a member to an entry
//! of a snapshot: readers of the first contract refuse it.

use serde_json::{Map, Value, json};

use crate::clock::{self, UnixSeconds};
use crate::config::MAX_ACCESS_TOKEN_SECONDS;
use crate::store::{FeedPage, Revoked, RevokedKind};

/// The document of a page. The entries of a snapshot have the form of the first contract, without numbers.
pub(super) fn document(page: &FeedPage) -> Value {
    let numbered = page.after.is_some();
    let entries: Vec<Value> = page.entries.iter().map(|entry| described(entry, numbered)).collect();
    let mut document =
        json!({ "issued_at": clock::now(), "epoch": page.epoch, "cursor": page.cursor, "revocations": entries });
    if let Some(after) = page.after {
        document["after"] = after.into();
    }
    document
}

fn described(entry: &Revoked, numbered: bool) -> Value {
    let name_of = match entry.kind {
        RevokedKind::Token => "jti",
        RevokedKind::Session => "sid",
        RevokedKind::Subject => "sub",
        RevokedKind::Client => "client_id",
        RevokedKind::Key => "kid",
    };
    let mut described = Map::new();
    described.insert("kind".to_owned(), entry.kind.as_str().into());
    described.insert(name_of.to_owned(), entry.name.as_str().into());
    match entry.kind {
        RevokedKind::Token | RevokedKind::Session => drop(described.insert("until".to_owned(), until(entry).into())),
        RevokedKind::Subject | RevokedKind::Client => drop(described.insert("before".to_owned(), entry.at.into())),
        RevokedKind::Key => {}
    }
    if numbered {
        described.insert("seq".to_owned(), entry.seq.into());
    }
    described.into()
}

fn until(entry: &Revoked) -> UnixSeconds {
    entry.until.unwrap_or(entry.at.saturating_add(MAX_ACCESS_TOKEN_SECONDS.into()))
}

/// What a stream says when there is nothing new.
pub(super) fn beat(page: &FeedPage) -> Value {
    json!({ "issued_at": clock::now(), "epoch": page.epoch, "cursor": page.cursor })
}
