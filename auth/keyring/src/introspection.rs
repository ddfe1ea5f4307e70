//! The issuer's own word on one token (RFC 7662): one request for each token at a time, and a bounded number in all.
//!
//! Never keeps a word for a later request, and never waits longer than its deadline.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use url::form_urlencoded::Serializer;

use crate::causes::with_causes;
use crate::config::IssuerConfig;
use crate::digest::Digest;
use crate::place::{Place, PlaceFault};
use crate::scrutiny::Word;

/// Most requests under way at once to one issuer.
const MAX_AT_ONCE: usize = 64;
/// Longest answer that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Of failures this many stay unsaid between two lines in the log.
const FAILURES_PER_LINE: u32 = 30;

/// Where one issuer says of one token whether it is active.
pub(crate) struct Introspection {
    place: Place,
    deadline: Duration,
    runtime: Handle,
    places: Arc<Semaphore>,
    flights: Mutex<HashMap<Digest, Flight>>,
    failures: AtomicU32,
}

/// A request under way. Nothing until its end.
type Flight = watch::Receiver<Option<Word>>;

/// Why there is no word. For the operator's log only.
#[derive(Debug, thiserror::Error)]
enum IntrospectionFault {
    #[error(transparent)]
    Place(#[from] PlaceFault),
    #[error("the request took longer than its deadline")]
    Deadline,
    #[error("the answer is no JSON object with one 'active' that is true or false")]
    Answer,
}

/// serde refuses a second `active`. The other members do not matter: the token was verified.
#[derive(Deserialize)]
struct Answer {
    active: bool,
}

impl Introspection {
    pub fn new(place: Place, deadline: Duration, runtime: Handle) -> Self {
        let (flights, failures) = Default::default();
        Self { place, deadline, runtime, places: Arc::new(Semaphore::new(MAX_AT_ONCE)), flights, failures }
    }

    /// Whether it is the one that this configuration names.
    pub fn is_of(&self, config: &IssuerConfig) -> bool {
        self.place.is_of(config.introspection.as_ref(), config)
    }

    /// The issuer's word on a token that verified, within the deadline.
    pub async fn ask(self: &Arc<Self>, token: &str, digest: Digest) -> Word {
        let word = async {
            let mut flight = match self.under_way(&digest) {
                Some(flight) => flight,
                None => self.join_or_begin(token, digest, Arc::clone(&self.places).acquire_owned().await.ok()?),
            };
            *flight.wait_for(Option::is_some).await.ok()?
        };
        timeout(self.deadline, word).await.ok().flatten().unwrap_or(Word::Unknown)
    }

    fn under_way(&self, digest: &Digest) -> Option<Flight> {
        self.flights().get(digest).cloned()
    }

    /// The request runs by itself: others may wait for it when the caller has gone. It ends with its deadline.
    fn join_or_begin(self: &Arc<Self>, token: &str, digest: Digest, place: OwnedSemaphorePermit) -> Flight {
        let mut flights = self.flights();
        if let Some(flight) = flights.get(&digest) {
            return flight.clone();
        }
        let (end, flight) = watch::channel(None);
        flights.insert(digest, flight.clone());
        let (this, form) = (Arc::clone(self), form(token));
        self.runtime.spawn(async move {
            let landing = Landing { of: &this, digest };
            let word = this.request(&form).await;
            drop(landing);
            end.send_replace(Some(word));
            drop(place);
        });
        flight
    }

    async fn request(&self, form: &str) -> Word {
        let posted = timeout(self.deadline, self.place.post(form, MAX_ANSWER_BYTES)).await;
        let body = posted.map_err(|_| IntrospectionFault::Deadline).and_then(|posted| Ok(posted?));
        match body.and_then(|body| word(&body)) {
            Ok(word) => word,
            Err(fault) => {
                self.note_failure(&fault);
                Word::Unknown
            }
        }
    }

    fn note_failure(&self, fault: &IntrospectionFault) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed);
        if failures.is_multiple_of(FAILURES_PER_LINE) {
            let reason = with_causes(fault);
            tracing::warn!(profile = %self.place.profile, reason, failures, "the issuer does not tell whether a token is active");
        }
    }

    /// Each change is one call: a panic leaves nothing half done.
    fn flights(&self) -> MutexGuard<'_, HashMap<Digest, Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the request off the list, however it ends: who comes then asks anew.
struct Landing<'a> {
    of: &'a Introspection,
    digest: Digest,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.of.flights().remove(&self.digest);
    }
}

/// RFC 7662 section 2.1. A bearer token is an access token here; its refresh tokens go to nobody.
fn form(token: &str) -> String {
    Serializer::new(String::new()).append_pair("token", token).append_pair("token_type_hint", "access_token").finish()
}

fn word(body: &[u8]) -> Result<Word, IntrospectionFault> {
    // serde would take a list for a struct.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let answer = serde_json::from_slice(body).ok().filter(|_| is_object);
    let answer: Answer = answer.ok_or(IntrospectionFault::Answer)?;
    Ok(if answer.active { Word::Active } else { Word::Inactive })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_answer_is_a_word() {
        let read = |body: &str| word(body.as_bytes()).ok();
        assert_eq!(read(r#"{"active":true}"#), Some(Word::Active));
        assert_eq!(read(r#"{"sub":"u1","active":true,"exp":1}"#), Some(Word::Active));
        assert_eq!(read(r#"{"active":false}"#), Some(Word::Inactive));
        for bad in [
            "",
            "{}",
            "true",
            "[true]",
            r#"{"active":"true"}"#,
            r#"{"active":1}"#,
            r#"{"active":null}"#,
            r#"{"Active":true}"#,
            r#"{"active":true,"active":false}"#,
            r#"{"active":true} x"#,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_form_is_encoded() {
        assert_eq!(form("a.b-c_d"), "token=a.b-c_d&token_type_hint=access_token");
    }
}
