//! One recorded call on its way to the disk.
//!
//! Never written as it is: its line holds what may be kept, and names the rest.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use witgate_keyring::resource_server::bearer_token;
use witgate_token::{Claims, Failure};

use super::line::{Line, VERSION};
use super::origin::Origin;
use super::told::told;
use crate::config::Recording;
use crate::policy::decision::Call;
use crate::policy::exchange::Exchange;
use crate::policy::facts::{self, Names};
use crate::policy::hidden::Hidden;
use crate::policy::reading::What;
use crate::policy::trace::{Step, VERIFIED};
use crate::policy::withheld::{Keep, Withheld, named};

/// Claims that say whom a token is for and how long it counts; a value that repeats one of them tells nothing of a person.
const IMPERSONAL: [&str; 5] = ["iss", "aud", "iat", "exp", "nbf"];

/// The claims that scopes stand in.
const SCOPES: [&str; 2] = ["scope", "scp"];

/// Codes of refusals that may come of a policy's demands alone: with others the token might have been good.
const DEMANDED: [&str; 3] = ["token_audience", "token_required_claim", "token_too_old"];

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
    pub(super) hidden: Arc<Hidden>,
}

impl Job {
    /// Where it is recorded, and within which bounds.
    pub fn recording(&self) -> &Recording {
        &self.origin.recording
    }

    /// What of it may be written.
    pub fn line(&self) -> Line {
        let (origin, step) = (&self.origin, &self.step);
        let mut withheld = Withheld::new(Keep::Listed(&origin.recording.claims), vec![&self.hidden]);
        let mut read = Names::of(&[step]);
        read.headers.extend(origin.recording.headers.iter().cloned());
        let case = self.case(&read, &mut withheld);
        let answer = self.answer.clone().map(|answer| told(answer, &self.facts, &mut withheld));
        let (answer, fault) = answer.map_or_else(|kind| (None, Some(kind.to_owned())), |answer| (Some(answer), None));
        Line {
            version: VERSION,
            at: self.at,
            request_id: self.facts.request_id.clone(),
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

    fn case(&self, read: &Names, withheld: &mut Withheld<'_>) -> Map<String, Value> {
        let mut case = Map::new();
        case.insert("name".into(), format!("{} {} {}", self.facts.request_id, self.step.plugin, self.step.call).into());
        let authenticates = matches!(self.call, Call::Authenticate);
        let claims = if authenticates { None } else { self.claims.as_ref() };
        let kept = facts::claims(claims, read, &[], withheld);
        self.hide_echoes(&kept, withheld);
        let mut request = facts::request(&self.facts, read, withheld);
        request["route"] = self.facts.head.route.clone().into();
        request["authority"] = self.facts.authority.clone().into();
        case.insert("request".into(), request);
        if authenticates {
            case.insert("issuers".into(), json!(self.origin.issuers));
            case.extend(self.token(read, withheld).map(|token| ("token".to_owned(), token)));
        } else if kept.as_object().is_some_and(|claims| !claims.is_empty()) {
            case.insert("claims".into(), kept);
        }
        case.insert("clock".into(), self.at.to_string().into());
        if let Call::OnResponse(status) = self.call {
            case.insert("response".into(), json!({ "status": status }));
        }
        case
    }

    /// What an attribute or an answer repeats of a claim is withheld as the claim is.
    fn hide_echoes(&self, kept: &Value, withheld: &mut Withheld<'_>) {
        let Some(claims) = &self.claims else { return };
        let mut all = claims.to_json();
        if let Some(members) = all.as_object_mut() {
            members.retain(|name, _| !IMPERSONAL.contains(&name.as_str()));
        }
        let kept = if matches!(self.call, Call::Authenticate) {
            facts::claims(Some(claims), &Names::of(&[]), &[], withheld)
        } else {
            kept.clone()
        };
        withheld.hide_echoes(&all, &kept);
    }

    /// The token of an authenticator's question. One that cannot be read says so, since it cannot be shown.
    fn token(&self, read: &Names, withheld: &mut Withheld<'_>) -> Option<Value> {
        let peeked = bearer_token(&self.facts.headers).and_then(witgate_token::peek);
        match peeked.map_err(|refusal| refusal.failure()) {
            Err(Failure::Missing) => return None,
            Err(failure) => return Some(json!({ "unreadable": failure.to_string() })),
            Ok(_) => {}
        }
        let now = u64::try_from(self.at.as_second()).unwrap_or_default();
        let (_, mut token) = facts::token(&self.facts, self.claims.as_ref(), (&[&self.step], read), now, withheld)?;
        if let Some((failure, is_of_demands)) = self.failure() {
            token["fails"] = failure.into();
            if is_of_demands {
                withheld.note(What::Verification.word(), "");
            }
        }
        Some(token)
    }

    /// What was found wrong last, unless some verification went well, and whether other demands might have found nothing.
    fn failure(&self) -> Option<(String, bool)> {
        let all = &self.step.verifications;
        if all.iter().any(|one| one.outcome == VERIFIED) {
            return None;
        }
        let last = all.last()?;
        Some((last.failure.clone()?, DEMANDED.contains(&last.outcome.as_str())))
    }

    /// The inputs that the case answers.
    fn known(&self, case: &Map<String, Value>) -> Vec<String> {
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
    fn knows_all_scopes(&self, case: &Map<String, Value>) -> bool {
        let kept = case.get("claims").or_else(|| case.get("token")?.get("claims")).and_then(Value::as_object);
        let whole = |name: &&str| {
            self.claims.as_ref().and_then(|claims| claims.get(name)) == kept.and_then(|kept| kept.get(*name))
        };
        SCOPES.iter().all(|name| whole(&name))
    }
}
