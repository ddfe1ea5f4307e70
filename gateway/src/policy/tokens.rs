//! Who answers `jwt.verify`: the keyring, or a case of a rehearsal.
//!
//! Never both: a request carries the keyring, and nothing of a rehearsal reaches a request.

use witgate_keyring::Keyring;

use super::rehearsed::Rehearsed;

/// Where an exchange's tokens are verified.
#[derive(Default)]
pub enum Tokens {
    /// nowhere: an idle instance
    #[default]
    Nowhere,
    /// the issuers' keys
    Keyring(Keyring),
    /// a case
    Rehearsed(Box<Rehearsed>),
}

impl Tokens {
    /// The keyring, in a request.
    pub fn keyring(&self) -> Option<&Keyring> {
        match self {
            Self::Keyring(keyring) => Some(keyring),
            Self::Nowhere | Self::Rehearsed(_) => None,
        }
    }

    /// The case, in a rehearsal.
    pub fn rehearsed(&self) -> Option<&Rehearsed> {
        match self {
            Self::Rehearsed(case) => Some(case),
            Self::Nowhere | Self::Keyring(_) => None,
        }
    }

    pub(super) fn rehearsed_mut(&mut self) -> Option<&mut Rehearsed> {
        match self {
            Self::Rehearsed(case) => Some(case),
            Self::Nowhere | Self::Keyring(_) => None,
        }
    }
}
