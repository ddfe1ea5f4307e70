//! Runs a plugin's cases.toml on the mock: a request and what is known of it, and what the policy must answer.
//!
//! The format is [`witgate_cases`]'s, described in docs/testing-policies.md; `witgate plugin test` runs the same file on
//! the real component.
//!
//! ```toml
//! [[case]]
//! name = "staff may read any order"
//! request = { method = "GET", path = "/orders/1" }
//! claims = { roles = ["staff"] }
//! expect = { outcome = "allow" }
//! ```
//!
//! An answer that breaks the contract is a fault of the kind `contract`, and a panic one of the kind `trap`. Cases that
//! expect another fault, such as a limit, are for the component alone and are left out here. Never passes an empty file.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;
use witgate_cases::{Answer, File, Line, OutboundFailure, Replied, Signed, Token, TokenFailure, faulted};

pub use witgate_cases::Case;

use super::{LogEvent, Request, answer, logs, request};
use crate::granted::{OutboundError, Response};
use crate::plugin::{Authenticator, Authorizer, Filter, Router};
use crate::types::{Failure, Level};

/// The kinds of fault that the mock can tell.
const FAULTS: [&str; 2] = ["contract", TRAP];
/// The kind of a panic.
const TRAP: &str = "trap";

/// Runs every case; `answer` is one of [`authenticator`], [`authorizer`], [`router`], [`filter`] for the plugin's type.
///
/// ```
/// # use witgate_plugin::mock::cases;
/// # use witgate_plugin::{Authorizer, Decision, Plugin};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// #
/// # impl Authorizer for Gate {
/// #     fn authorize(&self) -> Decision {
/// #         Decision::Allow
/// #     }
/// # }
/// let cases = r#"
///     [[case]]
///     name = "everybody"
///     request = { method = "GET", path = "/" }
///     expect = { outcome = "allow" }
/// "#;
/// cases::check(cases, cases::authorizer::<Gate>);
/// assert!(std::panic::catch_unwind(|| cases::check(&cases.replace("allow", "abstain"), cases::authorizer::<Gate>)).is_err());
/// ```
///
/// # Panics
/// With every case that does not hold, or with what is wrong with the file.
pub fn check(cases_toml: &str, answer: impl Fn(&Case, &str) -> Value) {
    let file = File::read(cases_toml).unwrap_or_else(|fault| panic!("cases.toml: {fault}"));
    let can_be_told = |case: &&Case| case.expect.fault.as_deref().is_none_or(|kind| FAULTS.contains(&kind));
    let mut faults = Vec::new();
    for case in file.cases.iter().filter(can_be_told) {
        let differences = case.expect.differences(&answered(case, &file.config_of(case), &answer), &logged());
        if !differences.is_empty() {
            let differences: Vec<String> = differences.iter().map(|one| format!("    {one}")).collect();
            faults.push(format!("  {}:\n{}", case.name, differences.join("\n")));
        }
    }
    assert!(faults.is_empty(), "{} of {} cases do not hold:\n{}", faults.len(), file.cases.len(), faults.join("\n"));
}

/// A panic is only caught where the case expects one: elsewhere its own message says most.
fn answered(case: &Case, config: &str, answer: impl Fn(&Case, &str) -> Value) -> Value {
    if case.expect.fault.as_deref() != Some(TRAP) {
        return answer(case, config);
    }
    catch_unwind(AssertUnwindSafe(|| answer(case, config))).unwrap_or_else(|_| faulted(TRAP, "the policy panicked"))
}

fn logged() -> Vec<String> {
    logs().iter().map(written).collect()
}

fn written(event: &LogEvent) -> String {
    let level = match event.level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    Line { level, message: event.message.clone(), fields: event.fields.clone() }.to_string()
}

/// Answers a case as an authenticator.
///
/// ```
/// # use witgate_plugin::mock::cases;
/// # use witgate_plugin::{Authenticator, Outcome, Plugin};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// #
/// # impl Authenticator for Gate {
/// #     fn authenticate(&self) -> Outcome {
/// #         Outcome::Anonymous
/// #     }
/// # }
/// let cases = r#"
///     [[case]]
///     name = "everybody"
///     request = { method = "GET", path = "/" }
///     expect = { outcome = "anonymous" }
/// "#;
/// cases::check(cases, cases::authenticator::<Gate>);
/// ```
pub fn authenticator<P: Authenticator>(case: &Case, config: &str) -> Value {
    let policy = configured::<P>(case, config);
    answer::of(made_up(case).try_run(|| policy.authenticate()), answer::of_outcome)
}

/// Answers a case as an authorizer.
///
/// ```
/// # use witgate_plugin::mock::cases;
/// # use witgate_plugin::{Authorizer, Decision, Plugin};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// #
/// # impl Authorizer for Gate {
/// #     fn authorize(&self) -> Decision {
/// #         Decision::Allow
/// #     }
/// # }
/// let cases = r#"
///     [[case]]
///     name = "everybody"
///     request = { method = "GET", path = "/" }
///     expect = { outcome = "allow" }
/// "#;
/// cases::check(cases, cases::authorizer::<Gate>);
/// ```
pub fn authorizer<P: Authorizer>(case: &Case, config: &str) -> Value {
    let policy = configured::<P>(case, config);
    answer::of(made_up(case).try_run(|| policy.authorize()), answer::of_decision)
}

/// Answers a case as a router.
///
/// ```
/// # use witgate_plugin::mock::cases;
/// # use witgate_plugin::{Plugin, Router, Selection};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// #
/// # impl Router for Gate {
/// #     fn select(&self) -> Selection {
/// #         Selection::to("orders")
/// #     }
/// # }
/// let cases = r#"
///     [[case]]
///     name = "everybody"
///     request = { method = "GET", path = "/" }
///     expect = { outcome = "to", upstream = "orders" }
/// "#;
/// cases::check(cases, cases::router::<Gate>);
/// ```
pub fn router<P: Router>(case: &Case, config: &str) -> Value {
    let policy = configured::<P>(case, config);
    answer::of(made_up(case).try_run(|| policy.select()), answer::of_selection)
}

/// Answers a case as a filter: of the request, or of the response where the case has one.
///
/// ```
/// # use witgate_plugin::mock::cases;
/// # use witgate_plugin::{Action, Filter, HeaderOp, Plugin};
/// #
/// # struct Gate;
/// #
/// # impl Plugin for Gate {
/// #     type Config = serde_json::Map<String, serde_json::Value>;
/// #     witgate_plugin::metadata!();
/// #
/// #     fn configure(_config: Self::Config) -> Result<Self, String> {
/// #         Ok(Self)
/// #     }
/// # }
/// #
/// # impl Filter for Gate {
/// #     fn on_request(&self) -> Action {
/// #         Action::forward([HeaderOp::remove("cookie")])
/// #     }
/// # }
/// let cases = r#"
///     [[case]]
///     name = "everybody"
///     request = { method = "GET", path = "/" }
///     expect = { outcome = "forward", remove = ["cookie"] }
/// "#;
/// cases::check(cases, cases::filter::<Gate>);
/// ```
pub fn filter<P: Filter>(case: &Case, config: &str) -> Value {
    let policy = configured::<P>(case, config);
    match &case.response {
        None => answer::of(made_up(case).try_run(|| policy.on_request()), answer::of_action),
        Some(response) => {
            let ops = made_up(case).try_run(|| policy.on_response(response.status));
            answer::of(ops, |ops| answer::of_ops("response", &ops))
        }
    }
}

fn configured<P: crate::plugin::Plugin>(case: &Case, config: &str) -> P {
    made_up(case).configure(config).unwrap_or_else(|error| panic!("{}: config: {error}", case.name))
}

fn made_up(case: &Case) -> Request {
    let asked = &case.request;
    let mut made = request(&asked.method, &asked.path).route(&asked.route).authority(&asked.authority);
    made = made.peer(&asked.peer.to_string());
    let headers = asked.headers.iter().flat_map(|(name, texts)| texts.0.iter().map(move |text| (name, text)));
    made = headers.fold(made, |made, (name, value)| made.header(name, value));
    made = asked.query.iter().fold(made, |made, (name, value)| made.query(name, value));
    made = asked.attributes.iter().fold(made, |made, (name, value)| made.attribute(name, value));
    made = case.claims.iter().fold(made, |made, (name, value)| made.claim(name, value.clone()));
    made = case.issuers.iter().fold(made, |made, (profile, issuer)| made.issuer(profile, issuer));
    made = case.store.iter().fold(made, |made, (key, value)| made.store_entry(key, value));
    made = case.answers.iter().fold(made, |made, Answer { url, result }| made.answer(url, replied(result)));
    made = case.environment.iter().fold(made, |made, (name, value)| made.variable(name, value));
    let (seconds, nanoseconds) = case.clock.unwrap_or_default().unix();
    made = made.clock(UNIX_EPOCH + Duration::new(seconds, nanoseconds)).seed(case.seed.unwrap_or_default());
    match &case.token {
        None => made,
        Some(Token::Unreadable(why)) => made.unreadable_token(failure(*why)),
        Some(Token::Signed(token)) => with_token(made, token),
    }
}

fn with_token(made: Request, token: &Signed) -> Request {
    let made = made.now(token.now).leeway(token.leeway).token(token.header.clone(), token.claims.clone());
    token.fails.iter().fold(made, |made, why| made.token_fails(failure(*why)))
}

fn replied(result: &Result<Replied, OutboundFailure>) -> Result<Response, OutboundError> {
    let reply = result.as_ref().map_err(|why| match why {
        OutboundFailure::Invalid => OutboundError::Invalid,
        OutboundFailure::Denied => OutboundError::Denied,
        OutboundFailure::TooLarge => OutboundError::TooLarge,
        OutboundFailure::Timeout => OutboundError::Timeout,
        OutboundFailure::Unreachable => OutboundError::Unreachable,
        OutboundFailure::Busy => OutboundError::Busy,
        OutboundFailure::Broken => OutboundError::Broken,
    })?;
    Ok(Response { status: reply.status, headers: reply.header_lines(), body: reply.body.as_bytes().to_vec() })
}

fn failure(why: TokenFailure) -> Failure {
    match why {
        TokenFailure::Missing => Failure::Missing,
        TokenFailure::Malformed => Failure::Malformed,
        TokenFailure::UnknownIssuer => Failure::UnknownIssuer,
        TokenFailure::UnknownKey => Failure::UnknownKey,
        TokenFailure::Algorithm => Failure::Algorithm,
        TokenFailure::Signature => Failure::Signature,
        TokenFailure::Expired => Failure::Expired,
        TokenFailure::NotYetValid => Failure::NotYetValid,
        TokenFailure::Issuer => Failure::Issuer,
        TokenFailure::Audience => Failure::Audience,
        TokenFailure::Claim => Failure::Claim,
        TokenFailure::Revoked => Failure::Revoked,
        TokenFailure::KeysUnavailable => Failure::KeysUnavailable,
        TokenFailure::Other => Failure::Other,
    }
}

#[cfg(test)]
mod tests;
