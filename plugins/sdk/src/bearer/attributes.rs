//! From verified claims to attributes.
//!
//! Never makes an attribute of a list or an object: they have no one spelling, and a later stage would guess. Nor of a number
//! whose digits are lost: two would be one.
use std::collections::BTreeMap;

use crate::{claims, warn};

/// The attributes whose claim is there and a scalar. `mapping` is attribute name to claim name or pointer.
pub(super) fn of_claims(mapping: &BTreeMap<String, String>) -> Vec<(String, String)> {
    mapping.iter().filter_map(|(name, claim)| Some((name.clone(), text(claim)?))).collect()
}

fn text(claim: &str) -> Option<String> {
    let value = claims::value(claim)?;
    let text = value.to_text();
    if text.is_none() {
        warn!("the claim has no one spelling and makes no attribute", claim = claim);
    }
    text
}
