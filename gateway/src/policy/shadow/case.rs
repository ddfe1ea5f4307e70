//! A differing request as a case of a cases.toml, which expects the live answer.
//!
//! Never holds a credential, nor anything that neither policy read: headers, parameters, attributes and claims go in by the
//! names that were read.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
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
    let read = Names::of(&steps);
    let name = format!("shadow: route {}, live {live}, candidate {candidate}", exchange.head.route);
    let answered = secrecy::on_one_line(&candidate.to_string());
    let mut text = format!("# The candidate answered: {answered}\n[[case]]\nname = {}\n", word(&name));
    let _ = writeln!(text, "request = {}", inline(&request(exchange, &read)));
    if matches!(call, Call::Authenticate) {
        token(&mut text, exchange, &steps, &read);
    } else if let Value::Object(claims) = claims(exchange, &read)
        && !claims.is_empty()
    {
        let _ = writeln!(text, "claims = {}", inline(&Value::Object(claims)));
    }
    if let Call::OnResponse(status) = call {
        let _ = writeln!(text, "response = {{ status = {status} }}");
    }
    let _ = writeln!(text, "expect = {}", inline(&expected(live, exchange)));
    if cannot_be_said(&steps) { commented(&text) } else { text }
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

fn request(exchange: &Exchange, read: &Names) -> Value {
    let mut request = Map::new();
    request.insert("method".into(), exchange.head.method.clone().into());
    request.insert("path".into(), shown_path(exchange, &exchange.head.path).into());
    let header = |name: &String| Some(exchange.headers.get(name)?.to_str().ok()?.to_owned());
    let parameter = |name: &String| query_value(exchange.query.as_deref()?, name);
    let attribute = |name: &String| exchange.attributes.get(name).map(str::to_owned);
    put(&mut request, "headers", &read.headers, header);
    put(&mut request, "query", &read.query, parameter);
    put(&mut request, "attributes", &read.attributes, attribute);
    if read.peer {
        request.insert("peer".into(), exchange.peer.to_string().into());
    }
    Value::Object(request)
}

/// Parameters of the path that are credentials stand in the path as well.
fn shown_path(exchange: &Exchange, path: &str) -> String {
    secrecy::shown_path(path, exchange.attributes.iter())
}

/// Those that were there and are no credential.
fn put(
    request: &mut Map<String, Value>,
    key: &str,
    names: &BTreeSet<String>,
    find: impl Fn(&String) -> Option<String>,
) {
    let found = names.iter().filter(|name| !secrecy::is_secret_name(name)).filter_map(|name| Some((name, find(name)?)));
    let kept: Map<String, Value> = found
        .filter(|(_, value)| !secrecy::is_secret_value(value.as_bytes()))
        .map(|(name, value)| (name.clone(), Value::String(value)))
        .collect();
    if !kept.is_empty() {
        request.insert(key.to_owned(), Value::Object(kept));
    }
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
fn claims(exchange: &Exchange, read: &Names) -> Value {
    let mut kept = Value::Object(Map::new());
    let Some(claims) = &exchange.claims else { return kept };
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
    kept
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
fn token(text: &mut String, exchange: &Exchange, steps: &[&Step; 2], read: &Names) {
    let Ok(bearer) = bearer_token(&exchange.headers) else { return };
    let Ok(header) = witgate_token::peek(bearer) else { return };
    let issuer = witgate_token::unverified_issuer(bearer).unwrap_or_default();
    let profiles = steps.iter().flat_map(|step| &step.verifications);
    let issuers: Map<String, Value> = profiles.map(|one| (one.profile.clone(), issuer.clone().into())).collect();
    let mut kept = claims(exchange, read);
    if let Some(claims) = &exchange.claims {
        for name in FRAME {
            if let Some(value) = claims.get(name) {
                kept[name] = value.clone();
            }
        }
    }
    kept["iss"] = issuer.into();
    let mut jose = Map::new();
    jose.insert("alg".into(), header.alg.into());
    jose.extend(header.kid.map(|kid| ("kid".to_owned(), kid.into())));
    jose.extend(header.typ.map(|typ| ("typ".to_owned(), typ.into())));
    let now = unix_time::now();
    let mut token = serde_json::json!({ "header": jose, "claims": kept, "now": now });
    reveal(&mut token);
    let _ = writeln!(text, "issuers = {}\ntoken = {}", inline(&Value::Object(issuers)), inline(&token));
}

/// Everything the live answer said, but for the values of credentials.
fn expected(live: &Summary, exchange: &Exchange) -> Value {
    let mut expect = Map::new();
    expect.insert("outcome".into(), live.outcome.clone().into());
    expect.extend(live.status.map(|status| ("status".to_owned(), status.into())));
    let path = live.path.as_ref().map(|path| shown_path(exchange, path));
    let texts = [("code", &live.code), ("upstream", &live.upstream), ("path", &path)];
    expect.extend(texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text.clone()?.into()))));
    let visible =
        |(name, value): &(&String, &String)| !secrecy::is_secret_name(name) && !value.starts_with("(secret, ");
    if live.attributes.iter().all(|pair| visible(&pair)) && !live.attributes.is_empty() {
        expect.insert("attributes".into(), serde_json::json!(live.attributes));
    }
    for op in ["set", "append"] {
        let changes = live.headers.iter().filter(|one| one.op == op);
        let pairs: Vec<(&String, &String)> = changes.filter_map(|one| Some((&one.name, one.value.as_ref()?))).collect();
        if !pairs.is_empty() && pairs.iter().all(visible) {
            let pairs: Map<String, Value> = pairs.into_iter().map(|(n, v)| (n.clone(), v.clone().into())).collect();
            expect.insert(op.to_owned(), Value::Object(pairs));
        }
    }
    let removed: Vec<&str> =
        live.headers.iter().filter(|one| one.op == "remove").map(|one| one.name.as_str()).collect();
    if !removed.is_empty() {
        expect.insert("remove".into(), removed.into());
    }
    Value::Object(expect)
}

/// JSON as an inline TOML value. TOML has no null: such a member is left out.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let pairs: Vec<String> =
                members.map(|(name, value)| format!("{} = {}", key(name), inline(value))).collect();
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter(|item| !item.is_null()).map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => word(text),
        // TOML's integers have 64 bits with a sign.
        Value::Number(number) if number.is_u64() && !number.is_i64() => word(&number.to_string()),
        other => other.to_string(),
    }
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if bare { name.to_owned() } else { word(name) }
}

/// A basic string on one line. JSON's escapes are TOML's too, but JSON leaves some control characters as they are.
fn word(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    let escaped = |c: char| if c.is_control() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    quoted.chars().map(escaped).collect()
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

    #[test]
    fn any_value_is_good_toml() {
        let value = json!({"a b": ["x\"y\\z", "line\nbreak", {"n": null, "big": u64::MAX}], "f": 1.5, "": true});
        let text = format!("v = {}", inline(&value));
        let parsed: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error} in\n{text}"));
        assert_eq!(parsed["v"]["a b"][1].as_str(), Some("line\nbreak"));
    }
}
