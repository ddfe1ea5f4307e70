//! A differing request as a case of a cases.toml, which expects the live answer.
//!
//! Never holds a credential, nor anything that neither policy read: headers, parameters, attributes and claims go in by the
//! names that were read.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use witgate_cases::{Case, Expect, Request, Response, Signed, Token};
use witgate_keyring::resource_server::bearer_token;

use crate::policy::decision::{Call, Summary};
use crate::policy::exchange::Exchange;
use crate::policy::secrecy;
use crate::policy::trace::Step;
use crate::unix_time;

/// Claims of a token that say when it counts, and for whom; a case of an authenticator cannot do without.
const FRAME: [&str; 3] = ["iss", "aud", "iat"];

/// The case as TOML, ready to be appended to a cases.toml.
pub(super) fn toml(call: Call, exchange: &Exchange, steps: [&Step; 2], live: &Summary, candidate: &Summary) -> String {
    let answered = secrecy::on_one_line(&candidate.to_string());
    let case = case(call, exchange, &steps, live, candidate);
    let text = format!("# The candidate answered: {answered}\n{}", case.toml());
    if cannot_be_said(&steps) { commented(&text) } else { text }
}

fn case(call: Call, exchange: &Exchange, steps: &[&Step; 2], live: &Summary, candidate: &Summary) -> Case {
    let read = Names::of(steps);
    let mut case = Case {
        name: format!("shadow: route {}, live {live}, candidate {candidate}", exchange.head.route),
        request: request(exchange, &read),
        expect: expected(live, exchange),
        ..Case::default()
    };
    match call {
        Call::Authenticate => token(&mut case, exchange, steps, &read),
        _ => case.claims = claims(exchange, &read),
    }
    if let Call::OnResponse(status) = call {
        case.response = Some(Response { status });
    }
    case
}

/// A case's token is made up, so it is always well signed and in time. A token that nobody could verify was not; where one
/// of the two could, the other asked for more, which a case can say.
fn cannot_be_said(steps: &[&Step; 2]) -> bool {
    let mut outcomes =
        steps.iter().flat_map(|step| &step.verifications).map(|one| one.outcome == "verified").peekable();
    outcomes.peek().is_some() && !outcomes.any(|verified| verified)
}

fn commented(text: &str) -> String {
    let lines: String = text.lines().map(|line| format!("# {line}\n")).collect();
    format!("# The token of this request was refused, which a case cannot say; for reading only.\n{lines}")
}

/// What was read, by kind.
struct Names {
    headers: BTreeSet<String>,
    query: BTreeSet<String>,
    attributes: BTreeSet<String>,
    claims: BTreeSet<String>,
    scopes: BTreeSet<String>,
    peer: bool,
}

impl Names {
    fn of(steps: &[&Step; 2]) -> Self {
        let named = |kinds: &[&str]| -> BTreeSet<String> {
            let reads = steps.iter().flat_map(|step| &step.reads).filter(|read| kinds.contains(&read.what.as_str()));
            reads.map(|read| read.name.clone()).collect()
        };
        let required = steps.iter().flat_map(|step| &step.verifications).flat_map(|one| one.required.clone());
        Self {
            headers: named(&["header", "header-values"]).iter().map(|name| name.to_ascii_lowercase()).collect(),
            query: named(&["query-param"]),
            attributes: named(&["attribute"]),
            claims: named(&["claim"]).into_iter().chain(required).collect(),
            scopes: named(&["scope"]),
            peer: steps.iter().flat_map(|step| &step.reads).any(|read| read.what == "peer-address"),
        }
    }
}

fn request(exchange: &Exchange, read: &Names) -> Request {
    let header = |name: &String| Some(exchange.headers.get(name)?.to_str().ok()?.to_owned());
    let parameter = |name: &String| query_value(exchange.query.as_deref()?, name);
    let attribute = |name: &String| exchange.attributes.get(name).map(str::to_owned);
    let bare = Request::new(&exchange.head.method, &shown_path(exchange, &exchange.head.path));
    let headers = kept(&read.headers, header);
    Request {
        headers: headers.into_iter().map(|(name, value)| (name, value.into())).collect(),
        query: kept(&read.query, parameter),
        attributes: kept(&read.attributes, attribute),
        peer: if read.peer { exchange.peer } else { bare.peer },
        ..bare
    }
}

/// Parameters of the path that are credentials stand in the path as well.
fn shown_path(exchange: &Exchange, path: &str) -> String {
    secrecy::shown_path(path, exchange.attributes.iter())
}

/// Those that were there and are no credential.
fn kept(names: &BTreeSet<String>, find: impl Fn(&String) -> Option<String>) -> BTreeMap<String, String> {
    let found = names.iter().filter(|name| !secrecy::is_secret_name(name)).filter_map(|name| Some((name, find(name)?)));
    let kept = found.filter(|(_, value)| !secrecy::is_secret_value(value.as_bytes()));
    kept.map(|(name, value)| (name.clone(), value)).collect()
}

fn query_value(query: &str, name: &str) -> Option<String> {
    let decoded =
        |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().ok().map(|text| text.into_owned());
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key)? == name).then(|| decoded(value)).flatten()
    })
}

/// The claims that were read, with as little around them as their pointers need.
fn claims(exchange: &Exchange, read: &Names) -> Map<String, Value> {
    let mut kept = Value::Object(Map::new());
    let Some(claims) = &exchange.claims else { return Map::new() };
    let all = claims.to_json();
    let held: Vec<&str> = read.scopes.iter().map(String::as_str).filter(|scope| claims.has_scope(scope)).collect();
    if !held.is_empty() {
        kept["scope"] = held.join(" ").into();
    }
    for name in &read.claims {
        match name.strip_prefix('/') {
            None => drop(claims.get(name).map(|value| kept[name] = value.clone())),
            Some(pointer) => copy(&all, &mut kept, pointer),
        }
    }
    reveal(&mut kept);
    members(kept)
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Takes credentials out, by name and by value; in a list something stays in their places, for its indexes to hold.
fn reveal(value: &mut Value) {
    let is_secret = |value: &Value| value.as_str().is_some_and(|text| secrecy::is_secret_value(text.as_bytes()));
    match value {
        Value::Object(members) => {
            members.retain(|name, value| !secrecy::is_secret_name(name) && !is_secret(value));
            members.values_mut().for_each(reveal);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| match item.as_str().map(str::len) {
            Some(bytes) if is_secret(item) => *item = secrecy::hidden(bytes).into(),
            _ => reveal(item),
        }),
        _ => {}
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

/// The token of an authenticator's case: its header, and of its claims the frame and what was read.
fn token(case: &mut Case, exchange: &Exchange, steps: &[&Step; 2], read: &Names) {
    let Ok(bearer) = bearer_token(&exchange.headers) else { return };
    let Ok(header) = witgate_token::peek(bearer) else { return };
    let issuer = witgate_token::unverified_issuer(bearer).unwrap_or_default();
    let profiles = steps.iter().flat_map(|step| &step.verifications);
    case.issuers = profiles.map(|one| (one.profile.clone(), issuer.clone())).collect();
    let mut kept = claims(exchange, read);
    if let Some(claims) = &exchange.claims {
        let frame = FRAME.into_iter().filter_map(|name| Some((name.to_owned(), claims.get(name)?.clone())));
        kept.extend(frame);
    }
    kept.insert("iss".to_owned(), issuer.into());
    let mut jose = Map::new();
    jose.insert("alg".into(), header.alg.into());
    jose.extend(header.kid.map(|kid| ("kid".to_owned(), kid.into())));
    jose.extend(header.typ.map(|typ| ("typ".to_owned(), typ.into())));
    let (mut jose, mut kept) = (Value::Object(jose), Value::Object(kept));
    reveal(&mut jose);
    reveal(&mut kept);
    let (header, claims) = (members(jose), members(kept));
    let signed = Signed { header, claims, now: unix_time::now(), ..Signed::default() };
    case.token = Some(Token::Signed(signed));
}

/// Everything the live answer said, but for the values of credentials.
fn expected(live: &Summary, exchange: &Exchange) -> Expect {
    let visible =
        |(name, value): &(&String, &String)| !secrecy::is_secret_name(name) && !value.starts_with("(secret, ");
    let changed = |op: &str| {
        let changes = live.headers.iter().filter(|one| one.op == op);
        let pairs: Vec<(&String, &String)> = changes.filter_map(|one| Some((&one.name, one.value.as_ref()?))).collect();
        (!pairs.is_empty() && pairs.iter().all(visible))
            .then(|| pairs.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    let all_visible = live.attributes.iter().all(|pair| visible(&pair)) && !live.attributes.is_empty();
    let removed: Vec<String> =
        live.headers.iter().filter(|one| one.op == "remove").map(|one| one.name.clone()).collect();
    Expect {
        outcome: Some(live.outcome.clone()),
        status: live.status,
        code: live.code.clone(),
        upstream: live.upstream.clone(),
        path: live.path.as_ref().map(|path| shown_path(exchange, path)),
        attributes: all_visible.then(|| live.attributes.clone()),
        set: changed("set"),
        append: changed("append"),
        remove: (!removed.is_empty()).then_some(removed),
        ..Expect::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy::trace::Read;

    fn step(reads: &[(&str, &str)]) -> Step {
        let read = |(what, name): &(&str, &str)| Read { what: (*what).into(), name: (*name).into(), value: None };
        Step { reads: reads.iter().map(read).collect(), ..Step::default() }
    }

    fn exchange() -> Exchange {
        let mut exchange = Exchange::vacant();
        exchange.head = std::sync::Arc::new(crate::policy::bindings::types::RequestHead {
            method: "GET".into(),
            path: "/orders/\"7\"".into(),
            route: "orders".into(),
        });
        for (name, value) in
            [("cookie", "c=private"), ("x-desk", "front"), ("x-unread", "unread"), ("x-note", "eyJh.eyJi.c2ln")]
        {
            exchange.headers.append(name, value.parse().expect("a value"));
        }
        exchange.query = Some("page=2&access_token=private&q=a%20b".to_owned());
        assert!(exchange.attributes.set("path.id".into(), "7".into()));
        exchange
    }

    #[test]
    fn only_what_was_read_and_is_no_credential_is_in_a_case() {
        let live = step(&[("header", "X-Desk"), ("header", "cookie"), ("query-param", "q"), ("attribute", "path.id")]);
        let candidate = step(&[("header", "x-note"), ("query-param", "access_token"), ("header", "x-absent")]);
        let answer = |code: &str| Summary {
            outcome: "refused".into(),
            status: Some(403),
            code: Some(code.into()),
            ..Summary::default()
        };
        let text = toml(Call::Authorize, &exchange(), [&live, &candidate], &answer("a"), &answer("b"));
        let parsed: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error} in\n{text}"));
        let case = serde_json::to_value(&parsed["case"][0]).expect("JSON");
        let request = json!({
            "method": "GET", "path": "/orders/\"7\"",
            "headers": {"x-desk": "front"}, "query": {"q": "a b"}, "attributes": {"path.id": "7"},
        });
        assert_eq!(case["request"], request);
        assert_eq!(case["expect"], json!({"outcome": "refused", "status": 403, "code": "a"}));
        assert!(!text.contains("private") && !text.contains("unread") && !text.contains("eyJ"), "{text}");
    }

    #[test]
    fn no_answer_writes_lines_of_its_own() {
        let answer = |code: &str| Summary { code: Some(code.into()), ..Summary::fault("") };
        let bad = answer("a\n[[case]]\nname = \"forged\"\r\u{1b}[2J\u{9b}\u{7f}");
        let text = toml(Call::Authorize, &exchange(), [&step(&[]), &step(&[])], &bad, &bad);
        let parsed: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error} in\n{text}"));
        assert_eq!(parsed["case"].as_array().map(Vec::len), Some(1), "{text}");
        assert_eq!(parsed["case"][0]["expect"]["code"].as_str(), bad.code.as_deref());
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }

    #[test]
    fn a_credential_in_a_claim_or_in_the_path_stays_out() {
        let mut claims = json!({
            "tenant": "acme", "session": "s1", "raw": "eyJh.eyJi.c2ln", "act": {"api_key": "k1", "name": "a"},
            "list": ["eyJh.eyJi.c2ln", "b"],
        });
        reveal(&mut claims);
        assert_eq!(claims, json!({"tenant": "acme", "act": {"name": "a"}, "list": ["(secret, 14 bytes)", "b"]}));

        let mut exchange = exchange();
        exchange.head = std::sync::Arc::new(crate::policy::bindings::types::RequestHead {
            path: "/reset/s3cret".into(),
            ..(*exchange.head).clone()
        });
        assert!(exchange.attributes.set("path.token".into(), "s3cret".into()));
        let to = Summary { path: Some("/new/s3cret".into()), ..Summary::default() };
        let text = toml(Call::Select, &exchange, [&step(&[]), &step(&[])], &to, &to);
        assert!(
            text.contains("/reset/(secret)") && text.contains("/new/(secret)") && !text.contains("s3cret"),
            "{text}"
        );
    }

    #[test]
    fn a_pointer_takes_no_more_than_it_leads_to() {
        let all = json!({"org": {"plan": "gold", "owner": "alice"}, "roles": [{"name": "a"}, {"name": "b"}], "a/b": 1});
        let mut kept = json!({});
        for pointer in ["org/plan", "roles/1/name", "a~1b", "nothing/here"] {
            copy(&all, &mut kept, pointer);
        }
        assert_eq!(kept, json!({"org": {"plan": "gold"}, "roles": [{"name": "a"}, {"name": "b"}], "a/b": 1}));
    }

    #[test]
    fn a_refused_token_makes_a_case_for_reading_only() {
        let mut failed = step(&[]);
        failed.verifications.push(crate::policy::trace::Verification {
            profile: "main".into(),
            outcome: "token_expired".into(),
            required: Vec::new(),
        });
        let text =
            toml(Call::Authenticate, &exchange(), [&failed, &failed], &Summary::default(), &Summary::fault("trap"));
        assert!(text.lines().all(|line| line.starts_with('#')), "{text}");
    }
}
