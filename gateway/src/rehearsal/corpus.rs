//! The refusal corpus: credentials that no authenticator may accept, whatever its configuration.
//!
//! Never holds a good token: `jwt.verify` fails on every one, so `authenticated` here is a hole in the policy.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use witgate_cases::{Moment, Request};
use witgate_token::Refusal;

use super::{Failure, Subject, stage};
use crate::policy::base64url::encoded;
use crate::policy::exchange::Exchange;
use crate::policy::rehearsed::Rehearsed;
use crate::stage::Stage;
use crate::stage::exchange::{add_header, bare};

/// As whose users the corpus is told, at most: a policy may list any of the issuers.
const MOST_ISSUERS: usize = 8;
/// The clock of the corpus, in Unix seconds.
const NOW: u64 = 1_700_000_100;
/// 64 bytes, as an ES256 signature has, of nobody's.
const FORGED: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whom the tokens are made out by.
struct Issuer {
    profile: String,
    issuer: String,
    audience: String,
    algorithm: String,
}

/// One request that must be refused.
struct Attempt {
    name: &'static str,
    headers: Vec<(&'static str, Vec<u8>)>,
    query: Option<&'static str>,
    /// what `jwt.verify` says, unless it finds something worse
    wrong: Refusal,
}

/// What is not refused: the first attempt, and how many others.
pub(super) async fn failure(subject: &Subject<'_>) -> Option<Failure> {
    let granted = subject.entry.grants.environment.iter();
    let environment: BTreeMap<String, String> =
        granted.filter_map(|name| Some((name.clone(), std::env::var(name).ok()?))).collect();
    // It started for the generation, but what cannot be tried may not serve either.
    let stage = match stage(subject, &subject.entry.config_json, &environment) {
        Ok(stage) => stage,
        Err(error) => {
            return Some(Failure::Corpus { attempt: "whatever is tried", answer: error.to_string(), more: 0 });
        }
    };
    for issuer in issuers(subject) {
        let mut let_in = Vec::new();
        for attempt in attempts(&issuer) {
            let answer = answer(&stage, &issuer, &attempt, &environment).await;
            let_in.extend(answer.map(|answer| (attempt.name, answer)));
        }
        let more = let_in.len().saturating_sub(1);
        if let Some((attempt, answer)) = let_in.into_iter().next() {
            return Some(Failure::Corpus { attempt, answer, more });
        }
    }
    None
}

/// What came instead of a refusal.
async fn answer(
    stage: &Stage,
    issuer: &Issuer,
    attempt: &Attempt,
    environment: &BTreeMap<String, String>,
) -> Option<String> {
    let answer = match attempt.exchange(issuer, environment) {
        Ok(exchange) => stage.hear(exchange, None).await.answer,
        Err(fault) => Err(fault),
    };
    match answer {
        Ok(answer) if answer["outcome"] == "refused" || answer["outcome"] == "anonymous" => None,
        Ok(answer) => Some(format!("the policy answered {}", answer["outcome"])),
        Err(fault) => Some(format!("the policy's fault: {fault}")),
    }
}

fn issuers(subject: &Subject<'_>) -> Vec<Issuer> {
    let first = |list: &[String], usual: &str| list.first().map_or_else(|| usual.to_owned(), Clone::clone);
    let mut issuers: Vec<Issuer> = subject
        .issuers
        .iter()
        .take(MOST_ISSUERS)
        .map(|one| Issuer {
            profile: one.name.clone(),
            issuer: one.issuer.clone(),
            audience: first(&one.audiences, "witgate"),
            algorithm: first(&one.algorithms, "ES256"),
        })
        .collect();
    if issuers.is_empty() {
        let nobody = ("rehearsal", "https://issuer.rehearsal.test", "witgate", "ES256");
        let (profile, issuer, audience, algorithm) = nobody;
        let owned = str::to_owned;
        let (profile, issuer, audience, algorithm) = (owned(profile), owned(issuer), owned(audience), owned(algorithm));
        issuers.push(Issuer { profile, issuer, audience, algorithm });
    }
    issuers
}

impl Attempt {
    /// The variables are those that the policy would see: one may say how strict it is.
    fn exchange(&self, issuer: &Issuer, environment: &BTreeMap<String, String>) -> Result<Exchange, String> {
        let host = Rehearsed {
            issuers: [(issuer.profile.clone(), issuer.issuer.clone())].into(),
            wrong: Some(self.wrong.clone()),
            now: NOW,
            clock: Moment::from_unix(NOW),
            environment: environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            ..Rehearsed::default()
        };
        let mut exchange = bare(&Request::default(), host)?;
        exchange.query = self.query.map(str::to_owned);
        for (name, value) in &self.headers {
            add_header(&mut exchange.headers, name, value)?;
        }
        Ok(exchange)
    }
}

fn attempts(issuer: &Issuer) -> Vec<Attempt> {
    let mut all = without_a_token();
    all.extend(misshapen(issuer));
    all.extend(bad_headers(issuer));
    all.extend(bad_claims(issuer));
    all.extend(nobodys_fault(issuer));
    all
}

/// Requests that carry no bearer token where one belongs.
fn without_a_token() -> Vec<Attempt> {
    let with = |name, headers: Vec<(&'static str, &str)>, wrong| Attempt {
        name,
        headers: headers.into_iter().map(|(name, value)| (name, value.as_bytes().to_vec())).collect(),
        query: None,
        wrong,
    };
    let mut all = vec![
        with("a request without credentials", vec![], Refusal::Missing),
        with("an empty Authorization header", vec![("authorization", "")], Refusal::CredentialSyntax),
        with("`Bearer` without a token", vec![("authorization", "Bearer")], Refusal::CredentialSyntax),
        with("Basic credentials", vec![("authorization", "Basic YWRtaW46YWRtaW4=")], Refusal::CredentialSyntax),
        with("a user name in a header", vec![("x-remote-user", "admin"), ("x-user", "admin")], Refusal::Missing),
        with("a token in a cookie", vec![("cookie", "access_token=a.b.c; session=admin")], Refusal::Missing),
        with("an API key", vec![("x-api-key", "admin")], Refusal::Missing),
    ];
    all.push(Attempt { query: Some("access_token=a.b.c"), ..with("a token in the query", vec![], Refusal::Missing) });
    let bytes = vec![("authorization", b"Bearer \xff\xfe\x80".to_vec())];
    all.push(Attempt { headers: bytes, ..with("bytes that are no text", vec![], Refusal::CredentialSyntax) });
    all
}

/// What is no token, or more than one.
fn misshapen(issuer: &Issuer) -> Vec<Attempt> {
    let good = token(&issuer.header(), &issuer.claims(), FORGED);
    let bearer = |name, text: String, wrong| Attempt { name, headers: vec![authorization(&text)], query: None, wrong };
    let two = vec![authorization(&good), authorization(&good)];
    let doubled =
        Attempt { name: "two Authorization headers", headers: two, query: None, wrong: Refusal::SeveralCredentials };
    vec![
        doubled,
        bearer("garbage", "garbage".into(), Refusal::Malformed),
        bearer("two dots alone", "..".into(), Refusal::Malformed),
        bearer("three dots", format!("{good}.AAAA"), Refusal::Malformed),
        bearer("an oversized token", format!("{}.{}.AA", "A".repeat(6000), "A".repeat(6000)), Refusal::TooLarge),
        bearer("a header that is no JSON", format!("AAAA.{}.{FORGED}", part(&issuer.claims())), Refusal::HeaderJson),
        bearer("a payload that is no JSON", format!("{}.AAAA.{FORGED}", part(&issuer.header())), Refusal::PayloadJson),
        bearer("a payload that is no object", token(&issuer.header(), &json!([]), FORGED), Refusal::PayloadJson),
        bearer("a token without its signature", token(&issuer.header(), &issuer.claims(), ""), Refusal::Signature),
        bearer("a forged signature", good, Refusal::Signature),
    ]
}

/// Tokens whose header asks for something dangerous.
fn bad_headers(issuer: &Issuer) -> Vec<Attempt> {
    let with = |name, member: &str, value: Value, wrong| {
        let mut header = issuer.header();
        header[member] = value;
        let made = token(&header, &issuer.claims(), FORGED);
        Attempt { name, headers: vec![authorization(&made)], query: None, wrong }
    };
    let unsigned = |name, alg: &str| {
        let made = token(&json!({"alg": alg, "typ": "at+jwt"}), &issuer.claims(), "");
        Attempt { name, headers: vec![authorization(&made)], query: None, wrong: Refusal::AlgorithmNone }
    };
    vec![
        unsigned("`alg: none`", "none"),
        unsigned("`alg: nOnE`", "nOnE"),
        with("an unknown algorithm", "alg", json!("XX256"), Refusal::AlgorithmNotAllowed),
        with("another kind of algorithm", "alg", json!("HS256"), Refusal::KeyAlgorithm),
        with("an unknown key", "kid", json!("nobodys"), Refusal::UnknownKey),
        with("a critical extension", "crit", json!(["exp"]), Refusal::HeaderMember("crit")),
        with("a key in the header", "jwk", json!({"kty": "EC"}), Refusal::HeaderMember("jwk")),
        with("a key set of the sender's", "jku", json!("https://evil.test/keys"), Refusal::HeaderMember("jku")),
        with("an ID token", "typ", json!("JWT"), Refusal::Type),
    ]
}

/// Tokens that say the wrong thing.
fn bad_claims(issuer: &Issuer) -> Vec<Attempt> {
    let with = |name, claim: &str, value: Value, wrong| {
        let mut claims = issuer.claims();
        claims[claim] = value;
        let made = token(&issuer.header(), &claims, FORGED);
        Attempt { name, headers: vec![authorization(&made)], query: None, wrong }
    };
    vec![
        with("another issuer", "iss", json!("https://evil.test"), Refusal::UnknownIssuer),
        with("a look-alike issuer", "iss", json!(format!("{}/", issuer.issuer)), Refusal::UnknownIssuer),
        with("no issuer", "iss", Value::Null, Refusal::ClaimMissing("iss")),
        with("another audience", "aud", json!("somebody-else"), Refusal::Audience),
        with("an expired token", "exp", json!(NOW - 3600), Refusal::Expired),
        with("a token that never expires", "exp", Value::Null, Refusal::ClaimMissing("exp")),
        with("a token for tomorrow", "nbf", json!(NOW + 86_400), Refusal::NotYetValid),
        with("a token of the future", "iat", json!(NOW + 86_400), Refusal::IssuedInFuture),
        with("a token about nobody", "sub", json!(""), Refusal::ClaimInvalid("sub")),
    ]
}

/// Good tokens that nobody can vouch for now.
fn nobodys_fault(issuer: &Issuer) -> Vec<Attempt> {
    let with = |name, wrong| {
        let made = token(&issuer.header(), &issuer.claims(), FORGED);
        Attempt { name, headers: vec![authorization(&made)], query: None, wrong }
    };
    vec![
        with("a revoked token", Refusal::Revoked),
        with("a token while no keys are there", Refusal::KeysUnavailable),
        with("a token while revocations are silent", Refusal::RevocationsUnavailable),
    ]
}

impl Issuer {
    fn header(&self) -> Value {
        json!({"alg": self.algorithm, "typ": "at+jwt", "kid": "rehearsal"})
    }

    /// Of a user who may do everything.
    fn claims(&self) -> Value {
        json!({"iss": self.issuer, "aud": [self.audience], "sub": "rehearsal", "iat": NOW - 60, "exp": NOW + 600,
            "jti": "rehearsal", "client_id": "rehearsal", "scope": "admin", "roles": ["admin", "staff"], "tenant": "acme"})
    }
}

fn token(header: &Value, claims: &Value, signature: &str) -> String {
    format!("{}.{}.{signature}", part(header), part(claims))
}

fn part(value: &Value) -> String {
    encoded(value.to_string().as_bytes())
}

fn authorization(token: &str) -> (&'static str, Vec<u8>) {
    ("authorization", format!("Bearer {token}").into_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn issuer() -> Issuer {
        let text = str::to_owned;
        Issuer { profile: text("main"), issuer: text("https://id"), audience: text("a"), algorithm: text("ES256") }
    }

    #[test]
    fn a_policy_sees_its_variables_and_the_time_of_the_tokens() {
        let environment = BTreeMap::from([("AUTH_MODE".to_owned(), "permissive".to_owned())]);
        for attempt in attempts(&issuer()) {
            let exchange = attempt.exchange(&issuer(), &environment).expect("a request");
            let host = exchange.tokens.rehearsed().expect("a made-up host");
            assert_eq!(host.environment, [("AUTH_MODE".to_owned(), "permissive".to_owned())]);
            assert_eq!(host.clock.unix(), (NOW, 0));
        }
    }

    #[test]
    fn every_attempt_has_a_name_of_its_own_and_can_be_made() {
        let attempts = attempts(&issuer());
        let names: BTreeSet<&str> = attempts.iter().map(|attempt| attempt.name).collect();
        assert_eq!(names.len(), attempts.len());
        assert!(attempts.len() >= 40, "{}", attempts.len());
        attempts
            .iter()
            .for_each(|attempt| assert!(attempt.exchange(&issuer(), &BTreeMap::new()).is_ok(), "{}", attempt.name));
    }

    #[test]
    fn no_attempt_verifies() {
        let demands = witgate_token::Demands {
            algorithms: vec![],
            audiences: vec![],
            required_claims: vec![],
            max_age_seconds: None,
        };
        for attempt in attempts(&issuer()) {
            let mut host = Rehearsed {
                issuers: [("main".to_owned(), "https://id".to_owned())].into(),
                wrong: Some(attempt.wrong.clone()),
                now: NOW,
                ..Rehearsed::default()
            };
            let exchange = attempt.exchange(&issuer(), &BTreeMap::new()).expect("a request");
            if let Ok(token) = witgate_keyring::resource_server::bearer_token(&exchange.headers) {
                host.verify("main", token, &demands).expect_err(attempt.name);
            }
        }
    }
}
