//! Whether the gateway would accept a role's answer.
//!
//! Never judges what is no role's answer: a test may return anything from a run.
use std::any::Any;

use crate::contract;
use crate::types::{Action, Decision, HeaderOp, Outcome, Refusal, Selection, Target};

/// Checks an answer; `verified` says whether `jwt.verify` succeeded in this call.
pub(super) fn answer(answer: &dyn Any, verified: bool) -> Result<(), String> {
    if let Some(outcome) = answer.downcast_ref() {
        return of_outcome(outcome, verified);
    }
    if let Some(ops) = answer.downcast_ref::<Vec<HeaderOp>>() {
        return contract::header_ops(ops);
    }
    if let Some(Action::Forward(ops)) = answer.downcast_ref() {
        return contract::header_ops(ops);
    }
    if let Some(Selection::To(target)) = answer.downcast_ref() {
        return of_target(target);
    }
    refusal(answer).map_or(Ok(()), contract::refusal)
}

fn of_outcome(outcome: &Outcome, verified: bool) -> Result<(), String> {
    match outcome {
        Outcome::Authenticated(_) if !verified => Err("`authenticated` without a verified token".to_owned()),
        Outcome::Authenticated(attributes) => contract::attributes(attributes),
        Outcome::Anonymous => Ok(()),
        Outcome::Refused(refusal) => contract::refusal(refusal),
    }
}

fn of_target(target: &Target) -> Result<(), String> {
    if let Some(path) = &target.path {
        contract::canonical_path(path).map_err(|why| format!("a path that is not canonical: `{path}` {why}"))?;
    }
    contract::attributes(&target.attributes)
}

fn refusal(answer: &dyn Any) -> Option<&Refusal> {
    match (answer.downcast_ref(), answer.downcast_ref(), answer.downcast_ref()) {
        (Some(Decision::Deny(refusal)), ..)
        | (_, Some(Selection::Refused(refusal)), _)
        | (.., Some(Action::Refused(refusal))) => Some(refusal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_held_to_the_contract() {
        let bad = || Refusal::new(200, "Fine!", "");
        let pairs = |count: usize| (0..count).map(|n| (format!("a{n}"), String::new())).collect::<Vec<_>>();
        let to = |path: &str| Target { path: Some(path.into()), ..Target::upstream("a") };
        let identity = || vec![HeaderOp::Set("x_identity_subject".into(), b"root".to_vec())];
        let answers: [Box<dyn Any>; 9] = [
            Box::new(Outcome::Refused(bad())),
            Box::new(Outcome::Authenticated(pairs(65))),
            Box::new(Decision::Deny(bad())),
            Box::new(Selection::Refused(bad())),
            Box::new(Selection::To(to("/a/../b"))),
            Box::new(Selection::To(Target { attributes: pairs(65), ..Target::upstream("a") })),
            Box::new(Action::Refused(bad())),
            Box::new(Action::Forward(identity())),
            Box::new(identity()),
        ];
        for (index, broken) in answers.iter().enumerate() {
            assert!(answer(broken.as_ref(), true).is_err(), "answer {index}");
        }
        assert!(answer(&Outcome::Authenticated(Vec::new()), false).is_err(), "the word without the deed");
    }

    #[test]
    fn what_keeps_the_contract_and_what_is_no_answer_passes() {
        let fine = || Refusal::forbidden("not_permitted", "No.");
        let answers: [Box<dyn Any>; 7] = [
            Box::new(Outcome::Authenticated(Vec::new())),
            Box::new(Outcome::Anonymous),
            Box::new(Decision::Deny(fine())),
            Box::new(Selection::To(Target { path: Some("/a".into()), ..Target::upstream("a") })),
            Box::new(Action::Forward(vec![HeaderOp::Remove("cookie".into())])),
            Box::new(()),
            Box::new("anything"),
        ];
        for (index, kept) in answers.iter().enumerate() {
            assert_eq!(answer(kept.as_ref(), true), Ok(()), "answer {index}");
        }
    }
}
