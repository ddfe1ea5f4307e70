//! The signing keys, and where the key is that encrypts them. Never shows what stands where a key could have been
//! written by mistake.

use super::files;
use crate::config::database::DatabaseConfig;
use crate::config::keys::{EncryptionKeySource, KeysConfig};
use crate::config::written::Written;
use crate::signing::SigningAlgorithm;
use std::path::Path;
use toml::Spanned;
use witgate_settings::document::TOP;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::at;
use witgate_settings::suggest;

/// The file that is made beside a SQLite database.
const KEY_FILE: &str = "auth.key";
/// Longest name of an environment variable, in bytes.
const MAX_ENV_BYTES: usize = 128;

/// `[keys]`.
pub(super) fn keys(
    folder: &Path,
    written: &Written,
    database: Option<&DatabaseConfig>,
    faults: &mut Faults,
) -> Option<KeysConfig> {
    let algorithm = algorithm(written.keys.algorithm.as_ref(), faults);
    let encryption_key = encryption_key(folder, written, database, faults);
    Some(KeysConfig {
        algorithm: algorithm?,
        rotate_after_days: written.keys.rotate_after_days,
        publish_ahead_seconds: written.keys.publish_ahead_seconds,
        encryption_key: encryption_key?,
    })
}

fn algorithm(written: Option<&Spanned<String>>, faults: &mut Faults) -> Option<SigningAlgorithm> {
    let Some(name) = written else { return Some(SigningAlgorithm::Es256) };
    let found = name.get_ref().parse().ok();
    if found.is_none() {
        let hint = suggest::hint(name.get_ref(), SigningAlgorithm::ALL.map(SigningAlgorithm::name), "known algorithms");
        faults.push(at(name), format!("this service cannot sign with {:?}", name.get_ref()), hint);
    }
    found
}

fn encryption_key(
    folder: &Path,
    written: &Written,
    database: Option<&DatabaseConfig>,
    faults: &mut Faults,
) -> Option<EncryptionKeySource> {
    match (&written.keys.encryption_key_file, &written.keys.encryption_key_env) {
        (Some(file), Some(env)) => {
            faults.hide_all(&[at(file), at(env)]);
            let message = "there are two places of the encryption key";
            faults.push_pair((at(env), "one here"), (at(file), "one here"), message, "take one of them out");
            None
        }
        (Some(file), None) => {
            let content = "32 random bytes in base64 (`openssl rand -base64 32`)";
            files::secret(folder, file, content, faults).map(EncryptionKeySource::File)
        }
        (None, Some(env)) => variable(env, faults).map(EncryptionKeySource::Env),
        (None, None) => match database? {
            DatabaseConfig::Sqlite(file) => Some(EncryptionKeySource::Beside(file.with_file_name(KEY_FILE))),
            DatabaseConfig::Postgres(_) => {
                let place = written.database.as_ref().map_or(Span::from(TOP), at);
                let hint = "all instances need the same one: [keys] encryption-key-file = \"auth.key\"";
                faults.push(place, "with PostgreSQL the key that encrypts the signing keys must be named", hint);
                None
            }
        },
    }
}

/// Capitals only: so that a key in base64 is not taken for a name.
fn variable(text: &Spanned<String>, faults: &mut Faults) -> Option<String> {
    let name = text.get_ref();
    let good = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let starts = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if starts && name.len() <= MAX_ENV_BYTES && name.bytes().all(good) {
        return Some(name.clone());
    }
    faults.hide(at(text));
    let hint = "capitals, digits and _, such as \"WITGATE_AUTH_KEY\"; never the key itself";
    faults.push(at(text), "this is no name of an environment variable", hint);
    None
}
