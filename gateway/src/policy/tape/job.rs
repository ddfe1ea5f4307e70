//! One recorded call on its way to the disk.
//!
//! Never written as it is: its line holds what may be kept, and names the rest.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use witgate_cases::{Case, Request, Response, Token, TokenFailure};
use witgate_keyring::resource_server::bearer_token;
use witgate_token::{Claims, Failure, Refusal};

use super::line::{Line, VERSION};
use super::origin::Origin;
use super::told::told;
use crate::config::Recording;
use crate::policy::decision::Call;
use crate::policy::exchange::Exchange;
use crate::policy::facts::{self, Names};
use crate::policy::hidden::Secrets;
use crate::policy::reading::What;
use crate::policy::trace::{Step, VERIFIED};
use crate::policy::withheld::{Keep, Withheld, named};

/// Claims that say whom a token is for and how long it counts: a value that repeats one tells nothing of a person.
const IMPERSONAL: [&str; 5] = ["iss", "aud", "iat", "exp", "nbf"];

/// The claims that scopes stand in.
const SCOPES: [&str; 2] = ["scope", "scp"];

/// Refusals that may come of a policy's demands alone: with others the token might have been good.
const DEMANDED: [Refusal; 3] = [Refusal::Audience, Refusal::RequiredClaim(String::new()), Refusal::TooOld];

/// A call, its answer, and the facts as they were before it.
pub struct Job {
    pub(super) origin: Arc<Origin>,
    pub(super) call: Call,
    pub(super) at: Timestamp,
    pub(super) facts: Box<Exchange>,
    /// the claims that the call verified, or was given
    pub(super) claims: Option<Claims>,
    pub(super) step: Step,
    /// the answer in the words of a case, or how it broke
    pub(super) answer: Result<Value, &'static str>,
    /// of every plugin of the chain
    pub(super) secrets: Secrets,
}

impl Job {
    /// Where it is recorded, and within which bounds.
    pub fn recording(&self) -> &Recording {
        &self.origin.recording
    }

    /// What of it may be written.
    pub fn line(&self) -> Line {
        let (origin, step) = (&self.origin, &self.step);
        let mut withheld =
            Withheld::new(Keep::Listed(&origin.recording.claims), self.secrets.iter().map(|one| &**one).collect());
        let mut read = Names::of(&[step]);
        read.headers.extend(origin.recording.headers.iter().cloned());
        let case = self.case(&read, &mut withheld);
        let answer = self.answer.clone().map(|answer| told(answer, &self.facts, &mut withheld));
        let (answer, fault) = answer.map_or_else(|kind| (None, Some(kind.to_owned())), |answer| (Some(answer), None));
        Line {
            version: VERSION,
            at: self.at,
            request_id: self.facts.request_id.text().to_owned(),
            generation: origin.generation,
            plugin: step.plugin.clone(),
            role: step.role.clone(),
            call: step.call.clone(),
            digest: step.digest.clone(),
            config_digest: origin.configs.get(&step.plugin).map(ToString::to_string).unwrap_or_default(),
            known: self.known(&case),
            case,
            hidden: withheld.names(),
            answer,
            fault,
        }
    }

    fn case(&self, read: &Names, withheld: &mut Withheld<'_>) -> Case {
        let authenticates = matches!(self.call, Call::Authenticate);
        let given = if authenticates { None } else { self.claims.as_ref() };
        let claims = facts::claims(given, read, &[], withheld);
        self.hide_echoes(&claims, withheld);
        let token = if authenticates { self.token(read, withheld) } else { None };
        Case {
            name: format!("{} {} {}", self.facts.request_id, self.step.plugin, self.step.call),
            request: Request {
                route: self.facts.route.to_string(),
                authority: self.facts.authority.clone(),
                ..facts::request(&self.facts, read, withheld)
            },
            claims,
            issuers: if authenticates { self.origin.issuers.clone() } else { BTreeMap::new() },
            token,
            clock: Some(self.at.into()),
            response: if let Call::OnResponse(status) = self.call { Some(Response { status }) } else { None },
            ..Case::default()
        }
    }

    /// What an attribute or an answer repeats of a claim is withheld as the claim is.
    fn hide_echoes(&self, kept: &Map<String, Value>, withheld: &mut Withheld<'_>) {
        let Some(claims) = &self.claims else { return };
        let mut all = claims.to_json();
        if let Some(members) = all.as_object_mut() {
            members.retain(|name, _| !IMPERSONAL.contains(&name.as_str()));
        }
        let kept = match self.call {
            Call::Authenticate => facts::claims(Some(claims), &Names::of(&[]), &[], withheld),
            _ => kept.clone(),
        };
        withheld.hide_echoes(&all, &Value::Object(kept));
    }

    /// The token of an authenticator's question. One that cannot be read says so, since it cannot be shown.
    fn token(&self, read: &Names, withheld: &mut Withheld<'_>) -> Option<Token> {
        let peeked = bearer_token(&self.facts.headers).and_then(witgate_token::peek);
        match peeked.map_err(|refusal| refusal.failure()) {
            Err(Failure::Missing) => return None,
            Err(failure) => return word(&failure.to_string()).map(Token::Unreadable),
            Ok(_) => {}
        }
        let now = u64::try_from(self.at.as_second()).unwrap_or_default();
        let (_, mut token) = facts::token(&self.facts, self.claims.as_ref(), read, now, withheld)?;
        if let Some((failure, is_of_demands)) = self.failure() {
            token.fails = word(&failure);
            if is_of_demands {
                withheld.note(What::Verification.word(), "");
            }
        }
        Some(Token::Signed(token))
    }

    /// What was found wrong last, unless some verification went well; and whether other demands might have found
    /// nothing.
    fn failure(&self) -> Option<(String, bool)> {
        let all = &self.step.verifications;
        if all.iter().any(|one| one.outcome == VERIFIED) {
            return None;
        }
        let last = all.last()?;
        Some((last.failure.clone()?, DEMANDED.iter().any(|refusal| refusal.code() == last.outcome)))
    }

    /// The inputs that the case answers.
    fn known(&self, case: &Case) -> Vec<String> {
        let reads = self.step.reads.iter().map(|read| match read.what.as_str() {
            "header" | "header-values" => named(What::Header.word(), &read.name.to_ascii_lowercase()),
            what => named(what, &read.name),
        });
        let required = self.step.verifications.iter().flat_map(|one| &one.required);
        let recording = &self.origin.recording;
        let claims = required.chain(&recording.claims).map(|name| named(What::Claim.word(), name));
        let headers = recording.headers.iter().map(|name| named(What::Header.word(), name));
        let scopes = self.knows_all_scopes(case).then(|| What::Scope.word().to_owned());
        let mut known: Vec<String> = reads.chain(claims).chain(headers).chain(scopes).collect();
        known.sort();
        known.dedup();
        known
    }

    /// Whether the case has the claims that scopes stand in whole.
    fn knows_all_scopes(&self, case: &Case) -> bool {
        let kept = if let Some(Token::Signed(token)) = &case.token { &token.claims } else { &case.claims };
        let whole = |name: &&str| self.claims.as_ref().and_then(|claims| claims.get(name)) == kept.get(*name);
        SCOPES.iter().all(whole)
    }
}

/// A word of `jwt.failure`.
fn word(failure: &str) -> Option<TokenFailure> {
    serde_json::from_value(failure.into()).ok()
}
