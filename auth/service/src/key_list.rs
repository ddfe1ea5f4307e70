//! All keys that there ever were, and what each is doing. Never shows a private part.

use crate::clock::UnixSeconds;
use crate::key_keeper::KeyKeeper;
use crate::store::{Store, StoreError, StoredKey};

/// What a key is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Known to all who verify, and not yet signing.
    Published,
    /// New tokens are signed with it.
    Signs,
    /// Its tokens still count.
    Outgoing,
    /// Out of use for good.
    Retired,
}

impl KeyState {
    /// As it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            KeyState::Published => "published",
            KeyState::Signs => "signs",
            KeyState::Outgoing => "outgoing",
            KeyState::Retired => "retired",
        }
    }
}

/// All keys, the oldest first.
pub async fn listed(
    store: &Store,
    keeper: &KeyKeeper,
    now: UnixSeconds,
) -> Result<Vec<(StoredKey, KeyState)>, StoreError> {
    let signer = keeper.ring().signer(now).map(|key| key.kid().to_owned());
    let keys = store.all_keys().await?;
    let with_state = |key: StoredKey| {
        let state = state(&key, signer.as_deref(), now);
        (key, state)
    };
    Ok(keys.into_iter().map(with_state).collect())
}

fn state(key: &StoredKey, signer: Option<&str>, now: UnixSeconds) -> KeyState {
    match key.retired_at {
        Some(_) => KeyState::Retired,
        None if signer == Some(&key.kid) => KeyState::Signs,
        None if key.signs_from > now => KeyState::Published,
        None => KeyState::Outgoing,
    }
}
