//! The keys that are known, and the one that a request has.
//!
//! Never says why a key is not good: unknown, expired and another's are one refusal. The log has the reason and the id,
//! and never the key.
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use witgate_plugin::contract::MAX_ATTRIBUTES;
use witgate_plugin::{clock, info, named};

use crate::config::WrittenKey;
use crate::digest::Digest;

/// How many keys one entry may have. Each request is compared with all of them.
const MAX_KEYS: usize = 1000;
/// The shortest key, in bytes: 128 random bits as hex. A digest of a shorter one could be searched for.
pub const MIN_KEY_BYTES: usize = 32;
/// The longest key, in bytes.
pub const MAX_KEY_BYTES: usize = 256;

/// All keys.
#[derive(Debug)]
pub struct Keyring(Vec<Key>);

/// One known key, checked.
#[derive(Debug)]
pub struct Key {
    pub id: String,
    digest: Digest,
    pub attributes: BTreeMap<String, String>,
    subjects: Option<Vec<String>>,
    /// Unix seconds
    expires: Option<u64>,
}

impl Keyring {
    /// Checks the key `keys`; `room` is how many attributes are left for a key's own.
    pub fn compile(written: Vec<WrittenKey>, room: usize) -> Result<Self, String> {
        if written.is_empty() || written.len() > MAX_KEYS {
            return Err(format!("keys: {} of them; 1 to {MAX_KEYS} are allowed", written.len()));
        }
        let mut digests = BTreeSet::new();
        let keys = named::each(
            written,
            ("keys", "id"),
            |key| &key.id,
            |key| {
                let key = Key::compile(key, room)?;
                match digests.insert(key.digest.clone()) {
                    true => Ok(key),
                    false => Err("sha256: another key has it; one key is one caller".to_owned()),
                }
            },
        );
        keys.map(Self)
    }

    /// The key with this text, where it is known and has not expired.
    pub fn find(&self, text: &str) -> Option<&Key> {
        if !(MIN_KEY_BYTES..=MAX_KEY_BYTES).contains(&text.len()) {
            info!("the API key has a length that no key has");
            return None;
        }
        let digest = Digest::of(text);
        // All of them, in any case: the place in the list is nobody's business either.
        let found = self.0.iter().fold(None, |found, key| if key.digest.matches(&digest) { Some(key) } else { found });
        match found {
            None => info!("the API key is unknown"),
            Some(key) if key.has_expired() => {
                info!("the API key has expired", id = key.id);
                return None;
            }
            Some(_) => {}
        }
        found
    }
}

impl Key {
    /// Whether it goes with the token of this subject.
    pub fn goes_with(&self, subject: Option<&str>) -> bool {
        let Some(subjects) = &self.subjects else { return true };
        subject.is_some_and(|subject| subjects.iter().any(|known| known == subject))
    }

    /// Asks the clock only where there is something to compare: without the grant it traps, and the request is refused.
    fn has_expired(&self) -> bool {
        self.expires.is_some_and(|expires| clock::unix_seconds() >= expires)
    }

    fn compile(written: WrittenKey, room: usize) -> Result<Self, String> {
        let digest = Digest::parse(&written.sha256)
            .ok_or("sha256: must be the key's SHA-256 as 64 hex digits: printf %s KEY | sha256sum")?;
        if [Digest::of(""), Digest::of("\n")].iter().any(|empty| empty.matches(&digest)) {
            return Err("sha256: is the digest of nothing".into());
        }
        if written.attributes.len() > room {
            return Err(format!("attributes: with the token's there are more than {MAX_ATTRIBUTES}"));
        }
        if written.subjects.as_ref().is_some_and(Vec::is_empty) {
            return Err("subjects: an empty list goes with no token; leave the key out for any".into());
        }
        let expires = written.expires.map(|text| expiry(&text)).transpose()?;
        Ok(Self { id: written.id, digest, attributes: written.attributes, subjects: written.subjects, expires })
    }
}

fn expiry(text: &str) -> Result<u64, String> {
    let instant: Timestamp =
        text.parse().map_err(|_| format!("expires: `{text}` is no time such as 2027-01-31T00:00:00Z"))?;
    u64::try_from(instant.as_second()).map_err(|_| format!("expires: `{text}` is before 1970"))
}
