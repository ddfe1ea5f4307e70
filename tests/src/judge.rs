//! Another implementation that judges tokens, as a long-lived child. Never judges by itself, and never knows our verdict.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::conversation::Conversation;
use crate::oracles::{self, Script};

/// What every token of a run is judged by.
pub struct Setup<'a> {
    /// The issuer's key set.
    pub jwks: &'a Value,
    /// The JOSE names of the allowed algorithms.
    pub algorithms: &'a [&'a str],
    /// The exact `iss`.
    pub issuer: &'a str,
    /// One of `aud`.
    pub audience: &'a str,
    /// Forgiven clock difference.
    pub leeway_seconds: u64,
}

/// One token to be judged.
pub struct Question<'a> {
    /// The token.
    pub token: &'a str,
    /// What time it is.
    pub now_unix: u64,
    /// Whether RFC 9068's `typ` and an `iat` are demanded.
    pub access_token: bool,
}

/// What a judge says: nothing against it, or the name of its error.
pub type Verdict = Result<(), String>;

/// The judge.
pub struct Judge {
    /// The package it stands for.
    pub name: &'static str,
    conversation: Conversation,
    _folder: TempDir,
}

impl Judge {
    /// npm `jose`; nothing, told as a skip, where it is not installed.
    pub async fn jose(setup: &Setup<'_>) -> Option<Judge> {
        Some(Judge::start("jose", oracles::node("judge.mjs", "the comparison with npm jose")?, setup).await)
    }

    /// PyJWT; nothing, told as a skip, where it is not installed.
    pub async fn pyjwt(setup: &Setup<'_>) -> Option<Judge> {
        Some(Judge::start("PyJWT", oracles::python("judge.py", "the comparison with PyJWT")?, setup).await)
    }

    async fn start(name: &'static str, script: Script, setup: &Setup<'_>) -> Judge {
        let mut conversation = Conversation::start(name, script.command);
        let Setup { jwks, algorithms, issuer, audience, leeway_seconds } = setup;
        let setup = json!({
            "jwks": jwks, "algorithms": algorithms, "issuer": issuer, "audience": audience,
            "leeway_seconds": leeway_seconds,
        });
        conversation.tell(&setup.to_string()).await;
        Judge { name, conversation, _folder: script.folder }
    }

    /// A verdict for each question, in their order.
    pub async fn judge(&mut self, questions: &[Question<'_>]) -> Vec<Verdict> {
        let lines: Vec<String> = questions.iter().map(line).collect();
        let answers = self.conversation.ask_all(&lines).await;
        answers.iter().map(|answer| verdict(answer)).collect()
    }
}

fn line(question: &Question<'_>) -> String {
    let Question { token, now_unix, access_token } = question;
    json!({"token": token, "now_unix": now_unix, "access_token": access_token}).to_string()
}

fn verdict(answer: &str) -> Verdict {
    let answer: Value = serde_json::from_str(answer).unwrap_or_else(|_| panic!("no JSON of a judge: {answer}"));
    match (answer["accept"].as_bool(), answer["reason"].as_str()) {
        (Some(true), None) => Ok(()),
        (Some(false), Some(reason)) => Err(reason.to_owned()),
        _ => panic!("no verdict of a judge: {answer}"),
    }
}
