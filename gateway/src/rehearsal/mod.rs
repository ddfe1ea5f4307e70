//! The rehearsal: before a component may serve, it answers its own cases.toml, and an authenticator refuses a built-in
//! corpus of bad credentials. All of it runs in the real host, on instances of its own.
//!
//! Never asks an issuer, and never lets an instance that was rehearsed serve a request.

mod cases;
mod corpus;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

use crate::config::{self, Issuer, World};
use crate::policy::component::Compiler;
use crate::policy::grants::{Resources, hash_secrets};
use crate::policy::plugin::PluginError;
use crate::stage::{Piece, Stage};

/// How many verdicts are remembered; more than a gateway has plugins, so that an unchanged one is not rehearsed again.
const MOST_VERDICTS: usize = 4096;

/// One component under its entry, and what it is rehearsed with.
pub struct Subject<'a> {
    /// where it was compiled
    pub compiler: &'a Compiler,
    /// what grants are made of; a rehearsal keeps its deeds apart
    pub resources: &'a Resources,
    /// its entry in gateway.toml
    pub entry: &'a config::Plugin,
    /// the component
    pub bytes: &'a [u8],
    /// the text of its cases.toml
    pub cases: Option<&'a str>,
    /// the issuers of gateway.toml
    pub issuers: &'a [Issuer],
    /// the prefix of the headers that no policy may set
    pub identity_prefix: &'a str,
}

/// Why a component may not serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// an authenticator did not refuse what it must
    Corpus {
        /// what was sent
        attempt: &'static str,
        /// what it answered
        answer: String,
        /// how many further attempts it did not refuse either
        more: usize,
    },
    /// its own cases.toml
    Cases(String),
}

impl Failure {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Corpus { .. } => {
                "an authenticator must refuse whatever `jwt.verify` does not accept; mend the policy"
            }
            Self::Cases(_) => "mend the policy or its cases; docs/testing-policies.md has the format",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corpus { attempt, answer, more } => {
                write!(f, "the refusal corpus: {attempt} must be refused, but: {answer}")?;
                if *more > 0 { write!(f, "; {more} other attempts were not refused either") } else { Ok(()) }
            }
            Self::Cases(what) => write!(f, "cases: {what}"),
        }
    }
}

/// Rehearses components, and remembers who passed with what.
pub struct Rehearsal {
    runtime: Handle,
    /// what every verdict's key begins with, so that none tells anything of a secret
    salt: Option<[u8; 32]>,
    passed: Mutex<HashSet<[u8; 32]>>,
}

impl Rehearsal {
    /// A policy that may wait does so on `runtime`.
    pub fn new(runtime: Handle) -> Self {
        let mut salt = [0; 32];
        let salt = getrandom::fill(&mut salt).ok().map(|()| salt);
        Self { runtime, salt, passed: Mutex::default() }
    }

    /// Everything that speaks against this component; nothing when it passed before with exactly this. Blocks: never call it in a task.
    pub fn failures(&self, subject: &Subject<'_>) -> Vec<Failure> {
        if subject.cases.is_none() && subject.entry.world != World::Authenticator {
            return Vec::new();
        }
        let key = self.key(subject);
        if key.is_some_and(|key| self.passed.lock().unwrap_or_else(PoisonError::into_inner).contains(&key)) {
            return Vec::new();
        }
        let began = Instant::now();
        let failures = self.rehearse(subject);
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(plugin = %subject.entry.name, micros, failures = failures.len(), "rehearsed");
        // A secret that was rotated meanwhile may be the one that it was rehearsed with.
        if failures.is_empty()
            && let Some(key) = key.filter(|key| self.key(subject).as_ref() == Some(key))
        {
            self.remember(key);
        }
        failures
    }

    /// Waits for the runtime, so no task of a runtime may call it: a reload has a thread of its own.
    fn rehearse(&self, subject: &Subject<'_>) -> Vec<Failure> {
        self.runtime.block_on(async {
            let mut failures: Vec<Failure> = corpus_failure(subject).await.into_iter().collect();
            if let Some(text) = subject.cases {
                failures.extend(cases::failures(subject, text).await);
            }
            failures
        })
    }

    /// Everything that the outcome depends on, the values of secrets too; nothing where that cannot be told.
    fn key(&self, subject: &Subject<'_>) -> Option<[u8; 32]> {
        let mut hasher = Sha256::new_with_prefix(self.salt?);
        let issuers: Vec<_> =
            subject.issuers.iter().map(|one| (&one.name, &one.issuer, &one.audiences, &one.algorithms)).collect();
        let facts = format!("{:?} {issuers:?} {:?}", subject.entry, subject.identity_prefix);
        for part in [subject.bytes, subject.entry.config_json.as_bytes(), facts.as_bytes()] {
            hasher.update(Sha256::digest(part));
        }
        hash_secrets(&subject.entry.secrets, &mut hasher).ok()?;
        hasher.update([u8::from(subject.cases.is_some())]);
        hasher.update(subject.cases.unwrap_or_default());
        Some(hasher.finalize().into())
    }

    fn remember(&self, key: [u8; 32]) {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if passed.len() >= MOST_VERDICTS {
            passed.clear();
        }
        passed.insert(key);
    }
}

async fn corpus_failure(subject: &Subject<'_>) -> Option<Failure> {
    if subject.entry.world == World::Authenticator { corpus::failure(subject).await } else { None }
}

/// One warm instance under a configuration, for the length of a rehearsal.
fn stage(
    subject: &Subject<'_>,
    config_json: &str,
    environment: &BTreeMap<String, String>,
) -> Result<Stage, PluginError> {
    let Subject { compiler, resources, entry, bytes, identity_prefix, .. } = *subject;
    let piece = Piece { compiler, resources, entry, bytes, identity_prefix };
    Stage::with_environment(&piece, config_json, environment)
}
