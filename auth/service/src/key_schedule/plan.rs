//! What is to be done about the keys: by age and configuration, or because the operator says so. Plans are values; the
//! store carries one out in one transaction, in which it reads the records too. Never does anything itself.

use thiserror::Error;

use super::{KeyRecord, Rules, signer};
use crate::clock::UnixSeconds;
use crate::signing::SigningAlgorithm;

/// What the store must do, all of it in one transaction. The default changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// A key to make.
    pub make: Option<NewKey>,
    /// The key that the new one succeeds, when it stays published.
    pub outgoing: Option<Outgoing>,
    /// The kids of keys to retire now: they leave the key set at once.
    pub retire: Vec<String>,
}

/// A key to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewKey {
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// When it begins to sign.
    pub signs_from: UnixSeconds,
}

/// A key that will be succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its kid.
    pub kid: String,
    /// Its `retires_at`.
    pub retires_at: UnixSeconds,
}

/// Why the operator's wish cannot be a plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// A next key is published already.
    #[error(
        "the key {kid:?} is published already and signs from {signs_from} (Unix seconds): wait for it, or rotate now"
    )]
    Waiting {
        /// The key that waits.
        kid: String,
        /// When it begins to sign.
        signs_from: UnixSeconds,
    },
    /// There is no such key.
    #[error("there is no signing key {kid:?}: list the keys to see their names")]
    Unknown {
        /// What was asked for.
        kid: String,
    },
    /// It has left the key set already.
    #[error("the signing key {kid:?} is retired already")]
    Retired {
        /// What was asked for.
        kid: String,
    },
}

/// What is due now without anybody asking: a first key, one in place of a retired one, the next one by age (so early
/// that it signs when the age is reached), or one of the configured algorithm. `None` when nothing is.
pub fn due(records: &[KeyRecord], rules: &Rules, now: UnixSeconds) -> Option<Plan> {
    let Some(signing) = signer(records, now) else { return Some(at_once(records, rules, now)) };
    let waits = waiting(records, signing, now).max_by_key(|key| key.signs_from);
    if let Some(next) = waits {
        return (next.alg != rules.algorithm).then(|| ahead(records, rules, signing, now));
    }
    let too_old = rules
        .rotate_after
        .is_some_and(|age| now >= signing.signs_from.saturating_add(age).saturating_sub(rules.publish_ahead));
    (too_old || signing.alg != rules.algorithm).then(|| ahead(records, rules, signing, now))
}

/// The operator wants the next key: published now, signing after `publish_ahead`.
pub fn rotate(records: &[KeyRecord], rules: &Rules, now: UnixSeconds) -> Result<Plan, ScheduleError> {
    let Some(signing) = signer(records, now) else { return Ok(at_once(records, rules, now)) };
    match waiting(records, signing, now).next() {
        Some(next) => Err(ScheduleError::Waiting { kid: next.kid.clone(), signs_from: next.signs_from }),
        None => Ok(ahead(records, rules, signing, now)),
    }
}

/// The operator wants a new key that signs at once. Keys that wait are withdrawn; the one that signed stays published
/// for its tokens. Resource servers meet tokens of a key that they have not seen: they fetch the key set again.
pub fn rotate_now(records: &[KeyRecord], rules: &Rules, now: UnixSeconds) -> Plan {
    let Some(signing) = signer(records, now) else { return at_once(records, rules, now) };
    // Later than the one it succeeds, also within the same second.
    let signs_from = now.max(signing.signs_from.saturating_add(1));
    succeed(records, rules, signing, now, signs_from)
}

/// The operator wants this key out of the key set at once: tokens that it signed are refused from then on. In place of
/// the one that signs a new key signs at once, and keys that wait are withdrawn, because who took one key may have
/// taken them.
///
/// # Errors
/// There is no such key, or it is retired already.
pub fn retire(records: &[KeyRecord], rules: &Rules, kid: &str, now: UnixSeconds) -> Result<Plan, ScheduleError> {
    let key =
        records.iter().find(|key| key.kid == kid).ok_or_else(|| ScheduleError::Unknown { kid: kid.to_owned() })?;
    if key.retired_at.is_some() {
        return Err(ScheduleError::Retired { kid: kid.to_owned() });
    }
    let mut plan = Plan::default();
    if signer(records, now).is_some_and(|signing| signing.kid == kid) {
        plan = at_once(records, rules, now);
    }
    if !plan.retire.iter().any(|other| other == kid) {
        plan.retire.push(kid.to_owned());
    }
    Ok(plan)
}

/// A key that signs now, where none does or the one that does is being retired.
fn at_once(records: &[KeyRecord], rules: &Rules, now: UnixSeconds) -> Plan {
    let waits = records.iter().filter(|key| key.retired_at.is_none() && key.signs_from > now);
    Plan {
        make: Some(NewKey { algorithm: rules.algorithm, signs_from: now }),
        outgoing: None,
        retire: waits.map(|key| key.kid.clone()).collect(),
    }
}

fn ahead(records: &[KeyRecord], rules: &Rules, signing: &KeyRecord, now: UnixSeconds) -> Plan {
    // After a clock was set back the key that signs may begin later than that by its own account.
    let signs_from = now.saturating_add(rules.publish_ahead).max(signing.signs_from.saturating_add(1));
    succeed(records, rules, signing, now, signs_from)
}

fn succeed(
    records: &[KeyRecord],
    rules: &Rules,
    signing: &KeyRecord,
    now: UnixSeconds,
    signs_from: UnixSeconds,
) -> Plan {
    Plan {
        make: Some(NewKey { algorithm: rules.algorithm, signs_from }),
        outgoing: Some(Outgoing { kid: signing.kid.clone(), retires_at: signs_from.saturating_add(rules.overlap()) }),
        retire: waiting(records, signing, now).map(|key| key.kid.clone()).collect(),
    }
}

/// The keys that are published and have not begun, without the one that signs.
fn waiting<'a>(
    records: &'a [KeyRecord],
    signing: &'a KeyRecord,
    now: UnixSeconds,
) -> impl Iterator<Item = &'a KeyRecord> {
    let waits = move |key: &&KeyRecord| key.retired_at.is_none() && key.signs_from > now && key.kid != signing.kid;
    records.iter().filter(waits)
}
