//! What a guest may know of callers: this one's claims, and what it kept of the one before. Never more than one caller.

use std::cell::RefCell;

use witgate_plugin::{Decision, Refusal, claims, request};

thread_local! {
    /// the header of the caller before
    static BEFORE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Tells whether claims can be read.
pub fn need_claims() -> Decision {
    match claims::get::<String>("sub") {
        Some(subject) => Decision::Deny(Refusal::forbidden("claims_seen", subject)),
        None => Decision::Deny(Refusal::forbidden("no_claims", "Nobody is known here.")),
    }
}

/// Tells this caller what the last one said, and keeps what this one says.
pub fn remember() -> Decision {
    let said = request::header_text("x-said");
    match BEFORE.with(|before| before.replace(said)) {
        Some(before) => Decision::Deny(Refusal::forbidden("leaked", before)),
        None => Decision::Deny(Refusal::forbidden("fresh", "Nobody was here before.")),
    }
}
