//! Puts the values of secrets into a plugin's config.
//!
//! Never shows a value: what is said of the plugin afterwards goes through what must be hidden.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use witgate_keyring::{PrivateFault, read_private};

use crate::config::{SECRET_PREFIX, Secret, SecretPlace};
use crate::policy::hidden::Hidden;

/// Why a secret has no value. Quotes nothing of it.
#[derive(Debug, Error)]
pub enum SecretFault {
    /// its file
    #[error("the secret `{name}`: {cause}")]
    File {
        /// the name in gateway.toml
        name: String,
        /// the file's fault
        cause: PrivateFault,
    },
    /// its variable is not set any more
    #[error("the secret `{0}`: its variable is not set")]
    Variable(String),
    /// there is nothing
    #[error("the secret `{0}` is empty")]
    Empty(String),
    /// bytes that are no text
    #[error("the secret `{0}` is not UTF-8")]
    NoText(String),
}

/// The config with the values of the secrets that it names, and what must not be said of it. Blocks.
pub(super) fn reveal(config_json: &str, secrets: &[Secret]) -> Result<(String, Hidden), SecretFault> {
    if secrets.is_empty() {
        return Ok((config_json.to_owned(), Hidden::default()));
    }
    let values = secrets.iter().map(|secret| Ok((secret.name.as_str(), value(secret)?)));
    let values: Vec<(&str, String)> = values.collect::<Result<_, SecretFault>>()?;
    let mut hidden = Hidden::default();
    values.iter().for_each(|(name, value)| hidden.add(name, value));
    let mut config: Value = serde_json::from_str(config_json).unwrap_or_default();
    fill(&mut config, &values);
    Ok((config.to_string(), hidden))
}

/// Takes the values of these secrets into a digest, which must have begun with something that nobody can guess. Blocks.
///
/// # Errors
/// When one of them has no value.
pub(crate) fn hash_secrets(secrets: &[Secret], hasher: &mut Sha256) -> Result<(), SecretFault> {
    for secret in secrets {
        let value = value(secret)?;
        hasher.update(value.len().to_le_bytes());
        hasher.update(value);
    }
    Ok(())
}

fn fill(config: &mut Value, values: &[(&str, String)]) {
    match config {
        Value::String(text) => {
            let named = text.strip_prefix(SECRET_PREFIX);
            if let Some((_, value)) = named.and_then(|named| values.iter().find(|(name, _)| *name == named)) {
                value.clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, values)),
        Value::Object(entries) => entries.values_mut().for_each(|item| fill(item, values)),
        _ => {}
    }
}

fn value(secret: &Secret) -> Result<String, SecretFault> {
    let name = || secret.name.clone();
    let text = match &secret.place {
        SecretPlace::Environment(variable) => std::env::var(variable).map_err(|_| SecretFault::Variable(name()))?,
        SecretPlace::File(path) => {
            let bytes = read_private(path).map_err(|cause| SecretFault::File { name: name(), cause })?;
            let text = std::str::from_utf8(&bytes).map_err(|_| SecretFault::NoText(name()))?;
            text.trim_ascii_end().to_owned()
        }
    };
    if text.is_empty() { Err(SecretFault::Empty(name())) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    fn secret(folder: &tempfile::TempDir, content: &[u8], mode: u32) -> Secret {
        let path = folder.path().join("key");
        fs::write(&path, content).expect("written");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
        Secret { name: "key".into(), place: SecretPlace::File(path) }
    }

    #[test]
    fn whole_strings_that_name_a_secret_become_its_value_and_nothing_else_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let secrets = [secret(&folder, b"S3\"CRET\n", 0o600)];
        let config = r#"{"a":"secret:key","b":[{"c":"secret:key"}],"d":"my secret:key","secret:key":1}"#;
        let (filled, hidden) = reveal(config, &secrets).expect("revealed");
        let expected = r#"{"a":"S3\"CRET","b":[{"c":"S3\"CRET"}],"d":"my secret:key","secret:key":1}"#;
        let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(parsed(&filled), parsed(expected));
        assert_eq!(hidden.hide("it is S3\"CRET, and \"S3\\\"CRET\""), "it is secret:key, and \"secret:key\"");
        assert_eq!(hidden.hide("nothing"), "nothing");
    }

    #[test]
    fn what_is_no_secret_is_refused_without_quoting_it() {
        let folder = tempfile::tempdir().expect("a folder");
        for (content, mode, word) in [
            (&b"S3CRET"[..], 0o640, "chmod 600"),
            (b" \n", 0o600, "empty"),
            (b"S3CRET\xff", 0o600, "UTF-8"),
            (&[b'S'; 5000], 0o600, "4096"),
        ] {
            let fault = reveal("{}", &[secret(&folder, content, mode)]).err().expect("refused").to_string();
            assert!(fault.contains("`key`") && fault.contains(word) && !fault.contains("S3CRET"), "{fault}");
        }
        let unset = Secret { name: "key".into(), place: SecretPlace::Environment("WITGATE_NO_SUCH_VARIABLE".into()) };
        assert!(matches!(reveal("{}", &[unset]), Err(SecretFault::Variable(_))));
    }
}
