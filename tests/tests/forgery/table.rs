//! The table of attacks: each gets the same answer, and its own reason for the operator. Never the other way round.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::ask::{self, Answer};
use crate::attacks;
use crate::case::Case;
use crate::door::Door;
use crate::evidence::{self, Counters};

/// What every caller with a bad token reads.
const INVALID: &str = concat!(
    r#"{"code":"token_invalid","detail":"The access token is not valid for this service.","request_id":"ID","#,
    r#""status":401,"title":"Unauthorized","type":"about:blank"}"#
);
const INVALID_CHALLENGE: &str = concat!(
    r#"Bearer realm="witgate", error="invalid_token", "#,
    r#"error_description="The access token is not valid for this service.""#
);

/// What every caller without a token reads (RFC 6750 section 3.1: no error code).
const MISSING: &str = concat!(
    r#"{"code":"token_missing","detail":"An access token is required.","request_id":"ID","#,
    r#""status":401,"title":"Unauthorized","type":"about:blank"}"#
);
const MISSING_CHALLENGE: &str = r#"Bearer realm="witgate""#;

/// Fewer attacks than this are no suite.
const CASES_AT_LEAST: usize = 80;

/// Words shorter than this, such as `Bearer`, may stand in a log.
const SECRET_BYTES: usize = 20;

/// Every reason that a request can be refused for here. Not among them: `token_revoked` needs a revocation,
/// `keys_unavailable` is in `dark`; `token_issuer` and `token_unknown_profile` cannot happen, for the policy chooses the
/// profile by the issuer.
const REASONS: [&str; 27] = [
    "token_algorithm",
    "token_algorithm_none",
    "token_audience",
    "token_claim_invalid",
    "token_claim_missing",
    "token_claim_required",
    "token_credential_syntax",
    "token_encoding",
    "token_expired",
    "token_header_json",
    "token_header_member",
    "token_issued_in_future",
    "token_key_algorithm",
    "token_key_ambiguous",
    "token_lifetime",
    "token_malformed",
    "token_missing",
    "token_not_yet_valid",
    "token_payload_json",
    "token_refused_by_policy",
    "token_several_credentials",
    "token_signature",
    "token_too_large",
    "token_too_old",
    "token_type",
    "token_unknown_issuer",
    "token_unknown_key",
];

#[tokio::test]
async fn every_forged_token_gets_the_same_answer_and_its_own_reason() {
    let door = Door::open().await;
    door.refuse_no_good_token().await;
    let (reasons, codes) = (evidence::token_refusals(&door).await, evidence::refusals(&door).await);
    let cases = attacks::all(&door.mints);
    refuse_a_thin_table(&cases);
    let served = door.recorder.served();

    let mut answers = Vec::new();
    for case in &cases {
        answers.push(ask::get(door.gateway_url(), &case.target, &case.lines).await);
    }

    assert_eq!(door.recorder.served(), served, "not one of them got past the gateway");
    let mut faults = judged_answers(&cases, &answers);
    faults.extend(judged_lines(&door, &cases, &answers).await);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let grown = evidence::growth(&reasons, &evidence::token_refusals(&door).await);
    assert_eq!(grown, counted(cases.iter().map(|case| case.reason)));
    let grown = evidence::growth(&codes, &evidence::refusals(&door).await);
    assert_eq!(grown, counted(cases.iter().map(|case| public_code(case))));
    door.refuse_no_good_token().await;
    println!("{} attacks, {} reasons", cases.len(), REASONS.len());
}

fn refuse_a_thin_table(cases: &[Case]) {
    assert!(cases.len() >= CASES_AT_LEAST, "{} cases", cases.len());
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "every case has a name of its own");
    let reasons: BTreeSet<&str> = cases.iter().map(|case| case.reason).collect();
    assert_eq!(reasons, BTreeSet::from(REASONS), "every reason has a case");
}

fn public_code(case: &Case) -> &'static str {
    if case.reason == "token_missing" { "token_missing" } else { "token_invalid" }
}

fn judged_answers(cases: &[Case], answers: &[Answer]) -> Vec<String> {
    let mut heads: BTreeMap<&str, &Answer> = BTreeMap::new();
    let mut faults = Vec::new();
    for (case, answer) in cases.iter().zip(answers) {
        let code = public_code(case);
        let (body, challenge) =
            if code == "token_missing" { (MISSING, MISSING_CHALLENGE) } else { (INVALID, INVALID_CHALLENGE) };
        let as_said =
            answer.status == 401 && answer.body() == body && answer.header("www-authenticate") == Some(challenge);
        let first = heads.entry(code).or_insert(answer);
        if !as_said || answer.rest != first.rest {
            faults.push(format!("{}: {answer:?}", case.name));
        }
    }
    faults
}

/// Each refusal has one line with its reason, and no token stands anywhere in the log.
async fn judged_lines(door: &Door, cases: &[Case], answers: &[Answer]) -> Vec<String> {
    let ids: Vec<&str> = answers.iter().map(|answer| answer.id.as_str()).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(distinct.len(), cases.len(), "each request has an id of its own");
    let lines = evidence::access_lines(door, &ids).await;
    let log = door.gateway_log();
    let mut faults = Vec::new();
    for (case, id) in cases.iter().zip(ids) {
        let line = &lines[id];
        if !tells(line, case) {
            faults.push(format!("{}: expected {} in {line}", case.name, case.reason));
        }
        let credential = case.credential();
        if credential.len() >= SECRET_BYTES && log.contains(&credential) {
            faults.push(format!("{}: the credential stands in the log", case.name));
        }
    }
    faults
}

fn tells(line: &Value, case: &Case) -> bool {
    line["token_refusal"] == case.reason
        && line["code"] == public_code(case)
        && line["status"] == 401
        && line["route"] == "recorded"
        && line["subject"].is_null()
        && line["upstream"].is_null()
}

fn counted(labels: impl Iterator<Item = &'static str>) -> Counters {
    let mut counters = Counters::new();
    for label in labels {
        *counters.entry(label.to_owned()).or_default() += 1;
    }
    counters
}
