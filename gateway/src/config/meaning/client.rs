//! Who the gateway is to an issuer: a client's id and the file of its secret, both or neither.
//!
//! Never reads the secret, and never shows what stands where its path should be.

use super::key_places;
use crate::config::written::WrittenIssuer;
use std::path::Path;
use witgate_keyring::ClientCredentials;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// The client, if the issuer has whole one, and the faults of what belongs together.
pub(super) fn credentials(folder: &Path, written: &WrittenIssuer, faults: &mut Faults) -> Option<ClientCredentials> {
    refuse_idle(written, faults);
    refuse_unknown_caller(written, faults);
    match (&written.client_id, &written.client_secret_file) {
        (Some(id), Some(file)) => {
            if id.get_ref().is_empty() {
                faults.push(at(id), "a client's id is not empty", "the id under which the issuer knows this gateway");
            }
            let secret_file = key_places::secret_file(folder, file, faults)?;
            Some(ClientCredentials { id: id.get_ref().clone(), secret_file })
        }
        (Some(id), None) => {
            let hint = "add client-secret-file = \"...\", a file that only its owner may read";
            faults.push(at(id), "`client-id` without `client-secret-file`", hint);
            None
        }
        (None, Some(file)) => {
            // Somebody may have written the secret itself.
            faults.hide(at(file));
            let hint = "add client-id = \"...\", the id under which the issuer knows this gateway";
            faults.push(at(file), "`client-secret-file` without `client-id`", hint);
            None
        }
        (None, None) => None,
    }
}

/// What nothing can ever use is a slip.
fn refuse_idle(written: &WrittenIssuer, faults: &mut Faults) {
    if let (Some(seconds), None) = (&written.revocations_max_stale, &written.revocations_url) {
        let hint = "add revocations-url, or take this out";
        faults.push(at(seconds), "`revocations-max-stale-seconds` without `revocations-url`", hint);
    }
    if let (Some(id), None, None) = (&written.client_id, &written.revocations_url, &written.introspection_url) {
        let hint = "add revocations-url or introspection-url, or take `client-id` out";
        faults.push(at(id), "nothing is asked as this client", hint);
    }
}

/// RFC 7662 section 2.1: whoever asks must be known, or anybody could try tokens there.
fn refuse_unknown_caller(written: &WrittenIssuer, faults: &mut Faults) {
    if let (Some(url), None, None) = (&written.introspection_url, &written.client_id, &written.client_secret_file) {
        let hint = "add client-id and client-secret-file: an issuer tells only clients that it knows";
        faults.push(at(url), "`introspection-url` without `client-id`", hint);
    }
}
