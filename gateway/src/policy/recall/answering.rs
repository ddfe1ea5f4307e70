//! What an exchange answers to a question, as bytes: as many different ones as a policy can tell apart.
//!
//! Never says less than the host tells the policy: two requests with the same bytes are the same to it.

use std::net::IpAddr;

use serde_json::Value;

use crate::policy::bearer::Foreseen;
use crate::policy::bindings::jwt;
use crate::policy::exchange::Exchange;
use crate::policy::transcript::{Question, Wanted};

/// Marks what is not there.
const ABSENT: u8 = 0;
/// Marks a value, whose length and bytes follow.
const PRESENT: u8 = 1;
/// Marks a claim that is a text.
const TEXT: u8 = 2;
/// Marks a claim that is a list, whose length and members follow.
const LIST: u8 = 4;
/// Marks a claim of any other kind, as JSON.
const JSON: u8 = 3;

/// Appends the answer, with the effect that asking has on the exchange.
pub(in crate::policy) fn answer(question: &Question, exchange: &mut Exchange, answers: &mut Vec<u8>) {
    match question {
        Question::Method => value(answers, exchange.method.as_str().as_bytes()),
        Question::Path => value(answers, exchange.path.as_bytes()),
        Question::Route => value(answers, exchange.route.as_bytes()),
        Question::Header(name) => {
            optional(answers, exchange.headers.get(&**name).map(http::HeaderValue::as_bytes));
        }
        Question::HeaderValues(name) => {
            exchange.headers.get_all(&**name).iter().for_each(|one| value(answers, one.as_bytes()));
            answers.push(ABSENT);
        }
        Question::QueryParam(name) => optional(answers, exchange.query_param(name)),
        Question::Authority => value(answers, exchange.authority.as_bytes()),
        Question::PeerAddress => match exchange.peer {
            IpAddr::V4(peer) => value(answers, &peer.octets()),
            IpAddr::V6(peer) => value(answers, &peer.octets()),
        },
        Question::Attribute(name) => optional(answers, exchange.attributes.get(name)),
        Question::Claim(name) => claim(answers, exchange.claim(name)),
        Question::Scope(scope) => answers.push(u8::from(exchange.has_scope(scope))),
        Question::TokenHeader => header(answers, exchange.token_header()),
        Question::Issuer => optional(answers, exchange.unverified_issuer()),
        Question::Profile => match exchange.profile_of_token() {
            Ok(name) => value(answers, name.as_bytes()),
            Err(refusal) => {
                exchange.noted(&refusal);
                answers.push(ABSENT);
            }
        },
        Question::Verification(wanted) => outcome(verify(exchange, wanted), answers),
    }
}

/// Appends what a verification told the policy.
pub(in crate::policy) fn outcome(verified: Result<(), jwt::Failure>, answers: &mut Vec<u8>) {
    match verified {
        Ok(()) => answers.push(ABSENT),
        Err(class) => answers.extend([PRESENT, class as u8]),
    }
}

/// Verifies now, and leaves what came of it for the call that may follow.
fn verify(exchange: &mut Exchange, wanted: &Wanted) -> Result<(), jwt::Failure> {
    exchange.forget_claims();
    let outcome = exchange.verified(&wanted.0, &wanted.1);
    exchange.notes.foreseen = Some(Foreseen { wanted: Wanted::clone(wanted), outcome: outcome.clone() });
    exchange.take_claims(outcome.map(Some))
}

fn value(answers: &mut Vec<u8>, bytes: &[u8]) {
    answers.push(PRESENT);
    answers.extend(bytes.len().to_le_bytes());
    answers.extend(bytes);
}

fn optional(answers: &mut Vec<u8>, bytes: Option<impl AsRef<[u8]>>) {
    match bytes {
        Some(bytes) => value(answers, bytes.as_ref()),
        None => answers.push(ABSENT),
    }
}

fn claim(answers: &mut Vec<u8>, held: Option<&Value>) {
    match held {
        None => answers.push(ABSENT),
        Some(Value::String(text)) => {
            answers.push(TEXT);
            value(answers, text.as_bytes());
        }
        Some(Value::Array(items)) => {
            answers.push(LIST);
            answers.extend(items.len().to_le_bytes());
            items.iter().for_each(|item| claim(answers, Some(item)));
        }
        Some(other) => {
            answers.push(JSON);
            value(answers, other.to_string().as_bytes());
        }
    }
}

fn header(answers: &mut Vec<u8>, header: Result<jwt::Header, jwt::Failure>) {
    match header {
        Ok(header) => {
            answers.push(PRESENT);
            value(answers, header.alg.as_bytes());
            optional(answers, header.kid);
            optional(answers, header.typ);
        }
        Err(class) => answers.extend([ABSENT, class as u8]),
    }
}
