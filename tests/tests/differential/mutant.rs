//! From a good token to a changed one, in stages: members, JSON text, encoding, signature, the whole. Never without a
//! trail of what was done.

use serde_json::json;

use crate::draft::Draft;
use crate::keys::{Keys, encode};
use crate::random::Random;
use crate::{claim_edits, header_edits, part_edits, signing, text_edits};

/// A token to be judged.
pub struct Mutant {
    pub token: String,
    pub now: u64,
    pub access_token: bool,
    /// What was changed, in order.
    pub trail: Vec<&'static str>,
}

impl Mutant {
    /// A token with at least one change.
    pub fn next(random: &mut Random, keys: &Keys) -> Mutant {
        loop {
            let draft = Draft::good(random, keys);
            let mutant = Mutant::of(draft, random, keys);
            if !mutant.trail.is_empty() {
                return mutant;
            }
        }
    }

    /// A good token of this key, under both profiles.
    pub fn unchanged(signer: usize, access_token: bool, random: &mut Random, keys: &Keys) -> Mutant {
        let draft = Draft { access_token, ..Draft::of(signer, random, keys) };
        Mutant { token: draft.token(keys), now: draft.now, access_token, trail: Vec::new() }
    }

    /// A good token but for one claim, so many seconds from now.
    pub fn at_edge(claim: &str, edge: i64, access_token: bool, random: &mut Random, keys: &Keys) -> Mutant {
        let mut draft = Draft { access_token, ..Draft::good(random, keys) };
        // issued long ago, so that nothing but the edge decides
        draft.claims.insert("iat".to_owned(), json!(draft.now - 1000));
        draft.claims.insert(claim.to_owned(), json!(draft.now.saturating_add_signed(edge)));
        Mutant { token: draft.token(keys), now: draft.now, access_token, trail: vec!["edge of a time"] }
    }

    fn of(mut draft: Draft, random: &mut Random, keys: &Keys) -> Mutant {
        let before = draft.clone();
        let mut trail = edit_members(&mut draft, random, keys);
        let mut parts = edit_texts(&draft, random, &mut trail).map(encode);
        if random.percent(5) {
            trail.push(part_edits::encode_oddly(&mut parts[random.within(0..2)], random));
        }
        let signed = parts.join(".");
        let (mut signature, wrong) = signing::sign(&signed, &before, keys, random);
        trail.extend(wrong);
        if random.percent(5) {
            trail.push(part_edits::encode_oddly(&mut signature, random));
        }
        let mut token = format!("{signed}.{signature}");
        if random.percent(12) {
            let other = Draft::good(random, keys).token(keys);
            trail.push(part_edits::reshape(&mut token, &other, random));
        }
        Mutant { token, now: draft.now, access_token: draft.access_token, trail }
    }
}

fn edit_members(draft: &mut Draft, random: &mut Random, keys: &Keys) -> Vec<&'static str> {
    let mut trail = Vec::new();
    while random.percent(20) {
        trail.push(header_edits::apply(draft, random, keys));
    }
    while random.percent(24) {
        trail.push(claim_edits::apply(draft, random));
    }
    trail
}

/// The texts of header and payload.
fn edit_texts(draft: &Draft, random: &mut Random, trail: &mut Vec<&'static str>) -> [Vec<u8>; 2] {
    let mut texts = draft.texts();
    if random.percent(20) {
        trail.push(text_edits::apply(&mut texts[random.within(0..2)], random));
    }
    texts
}
