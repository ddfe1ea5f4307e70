//! What a rule demands of the sign-in, and what of it a token lacks.
//!
//! Never met by what is absent or of another shape, and never by a sign-in that lies in the future.
use witgate_plugin::{claims, clock};

use crate::config::{AgeSince, WrittenRule};

/// Demands, checked: at least one of the three.
#[derive(Debug)]
pub struct Demand {
    acr: Option<Vec<String>>,
    amr: Option<Vec<String>>,
    age: Option<Age>,
}

/// How long ago the sign-in may be.
#[derive(Debug)]
struct Age {
    claim: &'static str,
    seconds: u64,
    leeway: u64,
}

impl Demand {
    /// Takes the demands out of a written rule.
    pub fn compile(written: &mut WrittenRule, leeway: u64) -> Result<Self, String> {
        let (acr, amr) = (listed(written.acr.take(), "acr")?, listed(written.amr.take(), "amr")?);
        let claim = match written.age_since {
            AgeSince::AuthTime => "auth_time",
            AgeSince::IssuedAt => "iat",
        };
        let age = match written.max_age_seconds {
            Some(0) => return Err("max-age-seconds: 0 lets nobody pass; give at least 1".into()),
            None if written.age_since != AgeSince::AuthTime => {
                return Err("age-since: goes with `max-age-seconds`".into());
            }
            seconds => seconds.map(|seconds| Age { claim, seconds, leeway }),
        };
        if acr.is_none() && amr.is_none() && age.is_none() {
            return Err("demands nothing: give `acr`, `amr` or `max-age-seconds`".into());
        }
        Ok(Self { acr, amr, age })
    }

    /// The claim that does not meet it; nothing where all do.
    pub fn lacks(&self) -> Option<&'static str> {
        if self.acr.as_ref().is_some_and(|wanted| !one_of(claims::get("acr"), wanted)) {
            return Some("acr");
        }
        if self.amr.as_ref().is_some_and(|wanted| !any_of(claims::get("amr"), wanted)) {
            return Some("amr");
        }
        self.age.as_ref().filter(|age| !age.is_met()).map(|age| age.claim)
    }

    /// What is demanded, for the caller: what RFC 9470 would have in `acr_values` and `max_age`.
    pub fn in_words(&self) -> String {
        let mut words = vec!["Sign in again to do this.".to_owned()];
        words.extend(self.acr.as_ref().map(|acr| format!("acr: {}.", acr.join(" or "))));
        words.extend(self.amr.as_ref().map(|amr| format!("amr: {}.", amr.join(" or "))));
        words.extend(self.age.as_ref().map(|age| format!("At most {} seconds ago.", age.seconds)));
        words.join(" ")
    }
}

impl Age {
    /// `auth_time` is a JSON number, in whole seconds as every issuer writes it.
    fn is_met(&self) -> bool {
        let Some(since) = claims::get::<u64>(self.claim) else { return false };
        let now = clock::unix_seconds();
        since <= now.saturating_add(self.leeway)
            && now.saturating_sub(since) <= self.seconds.saturating_add(self.leeway)
    }
}

fn one_of(value: Option<String>, wanted: &[String]) -> bool {
    value.is_some_and(|value| wanted.contains(&value))
}

fn any_of(values: Option<Vec<String>>, wanted: &[String]) -> bool {
    values.is_some_and(|values| values.iter().any(|value| wanted.contains(value)))
}

fn listed(written: Option<Vec<String>>, key: &str) -> Result<Option<Vec<String>>, String> {
    match written {
        Some(values) if values.is_empty() => Err(format!("{key}: an empty list lets nobody pass")),
        Some(values) if values.iter().any(String::is_empty) => Err(format!("{key}: a value must not be empty")),
        written => Ok(written),
    }
}
