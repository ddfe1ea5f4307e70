//! A differing request as a case of a cases.toml, which expects the live answer.
//!
//! Never holds a credential, nor anything that neither policy read: headers, parameters, attributes and claims go in by the
//! names that were read.

use witgate_cases::{Case, Expect, HeaderOp, Headers, Response, Texts};

use crate::policy::decision::{Call, HeaderChange, Summary};
use crate::policy::exchange::Exchange;
use crate::policy::facts::{self, Names};
use crate::policy::secrecy;
use crate::policy::trace::{Step, VERIFIED};
use crate::policy::withheld::{Keep, Withheld};
use crate::unix_time;

/// The case as TOML, ready to be appended to a cases.toml.
pub(super) fn toml(call: Call, exchange: &Exchange, steps: [&Step; 2], live: &Summary, candidate: &Summary) -> String {
    let answered = secrecy::on_one_line(&candidate.to_string());
    let case = case(call, exchange, &steps, live, candidate);
    let text = format!("# The candidate answered: {answered}\n{}", case.toml());
    if cannot_be_said(&steps) { commented(&text) } else { text }
}

fn case(call: Call, exchange: &Exchange, steps: &[&Step; 2], live: &Summary, candidate: &Summary) -> Case {
    let read = Names::of(steps);
    let mut withheld = Withheld::new(Keep::Read, Vec::new());
    let mut case = Case {
        name: format!("shadow: route {}, live {live}, candidate {candidate}", exchange.route),
        request: facts::request(exchange, &read, &mut withheld),
        expect: expected(live, exchange),
        ..Case::default()
    };
    let claims = exchange.claims.as_ref();
    if !matches!(call, Call::Authenticate) {
        case.claims = facts::claims(claims, &read, &[], &mut withheld);
    } else if let Some((issuer, token)) = facts::token(exchange, claims, &read, unix_time::now(), &mut withheld) {
        let profiles = steps.iter().flat_map(|step| &step.verifications);
        case.issuers = profiles.map(|one| (one.profile.clone(), issuer.clone())).collect();
        case.token = Some(witgate_cases::Token::Signed(token));
    }
    if let Call::OnResponse(status) = call {
        case.response = Some(Response { status });
    }
    case
}

/// A case's token is made up, so it is always well signed and in time. A token that nobody could verify was not; where one
/// of the two could, the other asked for more, which a case can say.
fn cannot_be_said(steps: &[&Step; 2]) -> bool {
    let mut outcomes = steps.iter().flat_map(|step| &step.verifications).map(|one| one.outcome == VERIFIED).peekable();
    outcomes.peek().is_some() && !outcomes.any(|verified| verified)
}

fn commented(text: &str) -> String {
    let lines: String = text.lines().map(|line| format!("# {line}\n")).collect();
    format!("# The token of this request was refused, which a case cannot say; for reading only.\n{lines}")
}

/// Everything the live answer said, but for the values of credentials.
fn expected(live: &Summary, exchange: &Exchange) -> Expect {
    let visible = |name: &String, value: &String| !secrecy::is_secret_name(name) && !value.starts_with("(secret, ");
    let Headers { set, append, remove } = live.headers.iter().map(op).collect();
    let set_visible = !set.is_empty() && set.iter().all(|(name, value)| visible(name, value));
    let seen = |(name, Texts(values)): (&String, &Texts)| values.iter().all(|value| visible(name, value));
    let append_visible = !append.is_empty() && append.iter().all(seen);
    let all_visible = !live.attributes.is_empty() && live.attributes.iter().all(|(name, value)| visible(name, value));
    Expect {
        outcome: Some(live.outcome.clone()),
        status: live.status,
        code: live.code.clone(),
        upstream: live.upstream.clone(),
        path: live.path.as_ref().map(|path| facts::shown_path(exchange, path)),
        attributes: all_visible.then(|| live.attributes.clone()),
        set: set_visible.then_some(set),
        append: append_visible.then_some(append),
        remove: (!remove.is_empty()).then_some(remove),
        ..Expect::default()
    }
}

fn op(change: &HeaderChange) -> HeaderOp<'_> {
    let value = change.value.as_deref().unwrap_or_default().as_bytes();
    match change.op.as_str() {
        "set" => HeaderOp::Set(&change.name, value),
        "append" => HeaderOp::Append(&change.name, value),
        _ => HeaderOp::Remove(&change.name),
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
        (exchange.path, exchange.route) = ("/orders/\"7\"".into(), "orders".into());
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
    fn every_value_of_a_header_is_expected_unless_one_is_a_credential() {
        let append = |name: &str, value: &str| HeaderChange {
            name: name.into(),
            op: "append".into(),
            value: Some(value.into()),
        };
        let expect = |headers: Vec<HeaderChange>| {
            let live = Summary { outcome: "forward".into(), headers, ..Summary::default() };
            serde_json::to_value(expected(&live, &exchange())).expect("JSON")
        };
        let both = expect(vec![append("x-a", "1"), append("x-a", "2")]);
        assert_eq!(both, json!({"outcome": "forward", "append": {"x-a": ["1", "2"]}}));
        let secret = expect(vec![append("x-a", "1"), append("x-a", "(secret, 9 bytes)")]);
        assert_eq!(secret, json!({"outcome": "forward"}));
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
    fn a_credential_in_the_path_stays_out() {
        let mut exchange = exchange();
        exchange.path = "/reset/s3cret".into();
        assert!(exchange.attributes.set("path.token".into(), "s3cret".into()));
        let to = Summary { path: Some("/new/s3cret".into()), ..Summary::default() };
        let text = toml(Call::Select, &exchange, [&step(&[]), &step(&[])], &to, &to);
        assert!(
            text.contains("/reset/(secret)") && text.contains("/new/(secret)") && !text.contains("s3cret"),
            "{text}"
        );
    }

    #[test]
    fn a_refused_token_makes_a_case_for_reading_only() {
        let mut failed = step(&[]);
        failed.verifications.push(crate::policy::trace::Verification {
            profile: "main".into(),
            outcome: "token_expired".into(),
            failure: Some("expired".into()),
            required: Vec::new(),
        });
        let text =
            toml(Call::Authenticate, &exchange(), [&failed, &failed], &Summary::default(), &Summary::fault("trap"));
        assert!(text.lines().all(|line| line.starts_with('#')), "{text}");
    }
}
