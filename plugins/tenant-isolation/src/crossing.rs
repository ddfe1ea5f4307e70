//! Who may enter every tenant.
//!
//! Never whom no claim names: without the key nobody may.
use witgate_plugin::claims;

use crate::config::WrittenCrossing;

/// A right to enter every tenant, checked.
#[derive(Debug)]
pub enum Crossing {
    Scope(String),
    Claim { name: String, contains: String },
}

impl Crossing {
    /// Checks the key `cross`.
    pub fn compile(written: WrittenCrossing) -> Result<Self, String> {
        match written {
            WrittenCrossing::Scope(scope) if scope.is_empty() || scope.contains(char::is_whitespace) => {
                Err("cross.scope: one scope, without spaces".into())
            }
            WrittenCrossing::Scope(scope) => Ok(Self::Scope(scope)),
            WrittenCrossing::Claim { name, .. } if name.is_empty() => Err("cross.claim.name: must not be empty".into()),
            WrittenCrossing::Claim { name, contains } => Ok(Self::Claim { name, contains }),
        }
    }

    /// Whether the caller has it.
    pub fn is_held(&self) -> bool {
        match self {
            Self::Scope(scope) => claims::has_scope(scope),
            Self::Claim { name, contains } => has(name, contains),
        }
    }
}

/// Whether a claim is this text, or a list of texts that has it.
pub fn has(claim: &str, text: &str) -> bool {
    match claims::value(claim) {
        Some(claims::ClaimValue::Text(value)) => value == text,
        Some(claims::ClaimValue::Texts(values)) => values.iter().any(|value| value == text),
        _ => false,
    }
}
