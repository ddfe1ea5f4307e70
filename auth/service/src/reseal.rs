//! A new master key: everything that was sealed under the former one is sealed again. All of it or nothing. Never leaves
//! a text that only the former key opens, and never writes one in clear.

use thiserror::Error;

use crate::key_ring;
use crate::store::{Origin, Sealed, SealedKind, Store, StoreError};
use crate::totp;
use crate::vault::{MasterKey, Sealer, VaultError};

/// Why not everything could be sealed again. Then nothing was.
#[derive(Debug, Error)]
pub enum ResealError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A text opens under neither key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A running service sealed something meanwhile, under the former key.
    #[error("the database changed meanwhile, nothing was sealed again: stop the service on all nodes and try again")]
    Contended,
}

/// What was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resealed {
    /// Texts that were sealed again.
    pub changed: usize,
    /// Texts that were under the current key already.
    pub current: usize,
}

/// Seals everything under the current key that only the former one opens.
pub async fn reseal(
    store: &Store,
    current: &MasterKey,
    former: &MasterKey,
    origin: Origin,
) -> Result<Resealed, ResealError> {
    let sealer = Sealer::new(current).with_former(former);
    let texts = store.sealed().await?;
    let all = texts.len();
    let mut changes = Vec::new();
    for text in texts {
        if let Some(new) = sealer.reseal(&name(&text), &text.bytes)? {
            changes.push((text, new));
        }
    }
    let changed = changes.len();
    if changed > 0 && !store.reseal(changes, origin).await? {
        return Err(ResealError::Contended);
    }
    Ok(Resealed { changed, current: all - changed })
}

/// The name that the text is bound to.
fn name(text: &Sealed) -> String {
    match text.kind {
        SealedKind::SigningKey => key_ring::sealed_name(&text.id),
        SealedKind::SecondFactor => totp::sealed_name(&text.id),
    }
}
