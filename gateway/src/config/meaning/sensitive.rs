//! The sensitive routes: each needs issuers that can say whether a token was revoked.
//!
//! Never guesses which issuers a route's policies accept: that is their own config, so every issuer counts.

use crate::config::written::Written;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// Notes the first sensitive route against each issuer that never tells.
pub(super) fn refuse_silent_issuers(written: &Written, faults: &mut Faults) {
    let Some(sensitive) = written.routes.iter().find_map(|route| route.sensitive) else { return };
    for issuer in &written.issuers {
        if issuer.revocations_url.is_none() && issuer.introspection_url.is_none() {
            let name = issuer.name.get_ref();
            let message =
                format!("a sensitive route needs to know what [issuers.{name}] revoked, and it does not tell");
            let hint = "add revocations-url or introspection-url to the issuer, or take `sensitive` out of the route";
            faults.push_pair((at(&issuer.name), "never tells"), (sensitive, "needs it"), message, hint);
        }
    }
}
