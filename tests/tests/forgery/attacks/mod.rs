//! All attacks, by what of a token they change. Never a good token among them: those are in `odd`.

mod credentials;
mod form;
mod header;
mod key;
mod signature;
mod payload;
mod claims;
mod dates;

pub use form::TOKEN_BYTES;

use crate::case::Case;
use crate::door::Mints;

/// The table.
pub fn all(mints: &Mints) -> Vec<Case> {
    let tables = [
        credentials::cases(mints),
        form::cases(mints),
        header::cases(mints),
        key::cases(mints),
        signature::cases(mints),
        payload::cases(mints),
        claims::cases(mints),
        dates::cases(mints),
    ];
    tables.into_iter().flatten().collect()
}
