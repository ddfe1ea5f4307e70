//! The facts of one call as a case says them: what a policy read, with as little around it as that needs.
//!
//! Never holds a credential: it is named as withheld instead. Never holds a token, nor a claim that may not be kept.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use witgate_cases::{Request, Signed, Texts};
use witgate_keyring::resource_server::bearer_token;
use witgate_token::Claims;

use super::exchange::Exchange;
use super::reading::What;
use super::secrecy;
use super::trace::Step;
use super::withheld::Withheld;

/// Claims of a token that say when it counts, and for whom; a case of an authenticator cannot do without.
const FRAME: [&str; 3] = ["iss", "aud", "iat"];

/// What was read, by kind.
pub(super) struct Names {
    pub(super) headers: BTreeSet<String>,
    query: BTreeSet<String>,
    attributes: BTreeSet<String>,
    /// also those that a verification demanded
    claims: BTreeSet<String>,
    scopes: BTreeSet<String>,
    peer: bool,
}

impl Names {
    /// Of these calls together.
    pub(super) fn of(steps: &[&Step]) -> Self {
        let named = |kinds: &[What]| -> BTreeSet<String> {
            let reads = steps.iter().flat_map(|step| &step.reads);
            let reads = reads.filter(|read| kinds.iter().any(|kind| kind.word() == read.what));
            reads.map(|read| read.name.clone()).collect()
        };
        let required = steps.iter().flat_map(|step| &step.verifications).flat_map(|one| one.required.clone());
        Self {
            headers: named(&[What::Header, What::HeaderValues]).iter().map(|name| name.to_ascii_lowercase()).collect(),
            query: named(&[What::QueryParam]),
            attributes: named(&[What::Attribute]),
            claims: named(&[What::Claim]).into_iter().chain(required).collect(),
            scopes: named(&[What::Scope]),
            peer: !named(&[What::PeerAddress]).is_empty(),
        }
    }
}

/// The `request` of a case. Its route and authority are those of a case that does not say them.
pub(super) fn request(exchange: &Exchange, read: &Names, withheld: &mut Withheld<'_>) -> Request {
    let path = withheld.without_secrets(&shown_path(exchange, &exchange.path));
    if *path != *exchange.path {
        withheld.note(What::Path.word(), "");
    }
    let bare = Request::new(exchange.method.as_str(), &path);
    let header = |name: &String| headers(exchange, name);
    let parameter = |name: &String| Some(vec![exchange.query_param(name)?.into_bytes()]);
    let attribute = |name: &String| Some(vec![exchange.attributes.get(name)?.as_bytes().to_vec()]);
    Request {
        headers: kept(What::Header, &read.headers, withheld, header),
        query: single(kept(What::QueryParam, &read.query, withheld, parameter)),
        attributes: single(kept(What::Attribute, &read.attributes, withheld, attribute)),
        peer: if read.peer { exchange.peer } else { bare.peer },
        ..bare
    }
}

/// Parameters of the path that are credentials stand in the path as well.
pub(super) fn shown_path(exchange: &Exchange, path: &str) -> String {
    secrecy::shown_path(path, exchange.attributes.iter())
}

/// Those that were there and may be kept.
fn kept(
    what: What,
    names: &BTreeSet<String>,
    withheld: &mut Withheld<'_>,
    find: impl Fn(&String) -> Option<Vec<Vec<u8>>>,
) -> BTreeMap<String, Texts> {
    let mut kept = BTreeMap::new();
    for name in names {
        let Some(values) = find(name) else { continue };
        match withheld.texts(what, name, values) {
            Some(texts) => drop(kept.insert(name.clone(), Texts(texts))),
            None => withheld.note(what.word(), name),
        }
    }
    kept
}

/// The first of each.
fn single(kept: BTreeMap<String, Texts>) -> BTreeMap<String, String> {
    kept.into_iter().filter_map(|(name, texts)| Some((name, texts.0.into_iter().next()?))).collect()
}

fn headers(exchange: &Exchange, name: &str) -> Option<Vec<Vec<u8>>> {
    let values: Vec<Vec<u8>> = exchange.headers.get_all(name).iter().map(|value| value.as_bytes().to_vec()).collect();
    (!values.is_empty()).then_some(values)
}

/// The claims that were read and may be kept, those that are always kept, and the `frame`, with as little around them
/// as their pointers need. Whether a scope is held that was asked for is a fact of its own: the held ones stand in
/// `scope`.
pub(super) fn claims(
    claims: Option<&Claims>,
    read: &Names,
    frame: &[&str],
    withheld: &mut Withheld<'_>,
) -> Map<String, Value> {
    let mut kept = Value::Object(Map::new());
    let Some(claims) = claims else { return Map::new() };
    let all = claims.to_json();
    let held: Vec<&str> = read.scopes.iter().map(String::as_str).filter(|scope| claims.has_scope(scope)).collect();
    if !held.is_empty() {
        kept["scope"] = held.join(" ").into();
    }
    let wanted = withheld.keep().claims(&read.claims).into_iter().map(String::as_str);
    for name in wanted.chain(frame.iter().copied()) {
        match name.strip_prefix('/') {
            None => drop(claims.get(name).map(|value| kept[name] = value.clone())),
            Some(pointer) => copy(&all, &mut kept, pointer),
        }
    }
    withheld.reveal(&mut kept);
    note_missing(&all, &kept, read, withheld);
    members(kept)
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Names the claims that are not kept, or not whole.
fn note_missing(all: &Value, kept: &Value, read: &Names, withheld: &mut Withheld<'_>) {
    let value_of = |from: &Value, name: &str| {
        if name.starts_with('/') { from.pointer(name).cloned() } else { from.get(name).cloned() }
    };
    let listed = withheld.keep().listed().to_vec();
    for name in read.claims.iter().chain(&listed) {
        let value = value_of(all, name);
        if value.is_some() && value != value_of(kept, name) {
            withheld.note(What::Claim.word(), name);
        }
    }
}

/// Copies what an RFC 6901 pointer leads to; a list on the way is copied whole, for its indexes to hold.
fn copy(from: &Value, to: &mut Value, pointer: &str) {
    let (first, rest) = pointer.split_once('/').map_or((pointer, None), |(first, rest)| (first, Some(rest)));
    let key = first.replace("~1", "/").replace("~0", "~");
    let Some(found) = from.get(&key) else { return };
    match rest {
        Some(rest) if found.is_object() => {
            if !to[&key].is_object() {
                to[&key] = Value::Object(Map::new());
            }
            copy(found, &mut to[&key], rest);
        }
        _ => to[key] = found.clone(),
    }
}

/// The issuer and the token of an authenticator's case: the token's header, and of its claims the frame and what may be
/// kept. Nothing where the request has no token that can be read.
pub(super) fn token(
    exchange: &Exchange,
    verified: Option<&Claims>,
    read: &Names,
    now: u64,
    withheld: &mut Withheld<'_>,
) -> Option<(String, Signed)> {
    let bearer = bearer_token(&exchange.headers).ok()?;
    let peeked = witgate_token::peek(bearer).ok()?;
    let issuer = witgate_token::unverified_issuer(bearer).unwrap_or_default();
    let mut claims = claims(verified, read, &FRAME, withheld);
    claims.insert("iss".to_owned(), issuer.clone().into());
    let mut header = Map::from_iter([("alg".to_owned(), peeked.alg.into())]);
    header.extend(peeked.kid.map(|kid| ("kid".to_owned(), kid.into())));
    header.extend(peeked.typ.map(|typ| ("typ".to_owned(), typ.into())));
    let revealed = |members: Map<String, Value>| {
        let mut value = Value::Object(members);
        withheld.reveal(&mut value);
        self::members(value)
    };
    let signed = Signed { header: revealed(header), claims: revealed(claims), now, ..Signed::default() };
    Some((issuer, signed))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pointer_takes_no_more_than_it_leads_to() {
        let all = json!({"org": {"plan": "gold", "owner": "alice"}, "roles": [{"name": "a"}, {"name": "b"}], "a/b": 1});
        let mut kept = json!({});
        for pointer in ["org/plan", "roles/1/name", "a~1b", "nothing/here"] {
            copy(&all, &mut kept, pointer);
        }
        assert_eq!(kept, json!({"org": {"plan": "gold"}, "roles": [{"name": "a"}, {"name": "b"}], "a/b": 1}));
    }
}
