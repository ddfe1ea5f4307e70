//! `X-Witgate-Generation`: which generation answered, for whoever rolls out a change.
//!
//! Never passed on in either direction: what clients and upstreams send under these names is stripped.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::admission::headers::{ASKS_FOR_GENERATION, GENERATION};
use crate::config::ShowGeneration;
use crate::generation::Generation;

/// The number to show with this request's answer, if any.
pub fn asked(generation: &Generation, headers: &HeaderMap) -> Option<u64> {
    let shown = match generation.config.show_generation {
        ShowGeneration::Never => false,
        ShowGeneration::Asked => headers.contains_key(ASKS_FOR_GENERATION),
        ShowGeneration::Always => true,
    };
    shown.then_some(generation.number)
}

/// Says it, whatever the answer is; takes away what anybody else said.
pub fn set(headers: &mut HeaderMap, number: Option<u64>) {
    const NAME: HeaderName = GENERATION;
    match number {
        Some(number) => drop(headers.insert(NAME, HeaderValue::from(number))),
        None => drop(headers.remove(NAME)),
    }
}
