//! What of a value may be shown: all of it, or only how long it is.
//!
//! Never decides by the value alone: a name that smells of a credential hides whatever stands under it.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;

use crate::config::PATH_ATTRIBUTE;

/// The longest value that is shown whole, in bytes.
const VALUE_BYTES: usize = 1024;

/// Parts of names under which credentials travel.
const SMELLS: [&str; 13] = [
    "auth",
    "cookie",
    "token",
    "secret",
    "passw",
    "api-key",
    "apikey",
    "api_key",
    "session",
    "credential",
    "signature",
    "csrf",
    "assertion",
];

/// How a compact JWS or JWE begins: `{"` in base64url.
const JOSE: &str = "eyJ";

/// What stands in a shown path instead of a credential; a path may have these characters.
const HIDDEN_SEGMENT: &str = "(secret)";

/// So that two hidden values can be told apart within this process, and guessed nowhere.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Whether what stands under this name is a credential.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SMELLS.iter().any(|smell| name.contains(smell)) && name != "authority"
}

/// Whether a value is a credential whatever its name is.
pub fn is_secret_value(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        .filter_map(|word| word.find(JOSE).map(|at| &word[at..]))
        // A name or an escape may be glued to it: `tok_eyJ...`, `%3DeyJ...`.
        .any(|token| token.bytes().filter(|byte| *byte == b'.').count() >= 2)
}

/// A value as it may be shown.
pub fn shown(name: &str, value: &[u8]) -> String {
    if is_secret_name(name) || is_secret_value(value) { hidden(value.len()) } else { clipped(value) }
}

/// As [`shown`], where two hidden values must still differ.
pub(super) fn comparable(name: &str, value: &[u8]) -> String {
    if is_secret_name(name) || is_secret_value(value) {
        format!("(secret, {} bytes, {:08x})", value.len(), KEY.hash_one(value) >> 32)
    } else {
        clipped(value)
    }
}

/// What is shown instead of a credential.
pub fn hidden(bytes: usize) -> String {
    format!("(secret, {bytes} bytes)")
}

/// A value that is no credential, cut where it is long.
pub fn clipped(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(&value[..value.len().min(VALUE_BYTES)]).into_owned();
    if value.len() > VALUE_BYTES { format!("{text}... ({} bytes)", value.len()) } else { text }
}

/// A path as it may be shown, with the attributes of its request: a parameter whose attribute is hidden is hidden here too.
pub fn shown_path<'a>(path: &str, attributes: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let hidden: Vec<&str> = attributes
        .filter(|(name, value)| {
            name.starts_with(PATH_ATTRIBUTE) && (is_secret_name(name) || is_secret_value(value.as_bytes()))
        })
        .map(|(_, value)| value)
        .collect();
    let shown = |segment: &str| {
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        let secret = !decoded.is_empty() && hidden.iter().any(|value| *value == decoded);
        if secret || is_secret_value(decoded.as_bytes()) { HIDDEN_SEGMENT.to_owned() } else { segment.to_owned() }
    };
    path.split('/').map(shown).collect::<Vec<String>>().join("/")
}

/// Words that stay on their line and move no cursor: control characters are shown as escapes.
pub fn on_one_line(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_their_names() {
        for name in ["Authorization", "cookie", "Set-Cookie", "x-api-key", "X-Auth-Token", "client_secret", "X-CSRF"] {
            assert_eq!(shown(name, b"abc"), "(secret, 3 bytes)", "{name}");
        }
        for name in ["accept", "x-tenant", "authority", "user-agent"] {
            assert_eq!(shown(name, b"abc"), "abc", "{name}");
        }
    }

    #[test]
    fn a_token_is_known_wherever_it_stands() {
        let token = b"see eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln, please";
        assert_eq!(shown("x-note", token), format!("(secret, {} bytes)", token.len()));
        assert_eq!(shown("x-note", b"eyJust a word. And. another"), "eyJust a word. And. another");
    }

    #[test]
    fn a_token_is_known_with_something_glued_to_it() {
        for value in ["next=%3DeyJh.eyJi.c2ln", "tok_eyJh.eyJi.c2ln", "v1.eyJh.eyJi.c2ln"] {
            assert!(is_secret_value(value.as_bytes()), "{value}");
        }
        assert!(!is_secret_value(b"www.example.eyJust"), "the dots come after");
    }

    #[test]
    fn a_hidden_parameter_is_hidden_in_its_path() {
        let attributes = [("path.token", "s3 cret"), ("path.id", "7"), ("tenant-secret", "acme")];
        let shown = |path: &str| shown_path(path, attributes.into_iter());
        assert_eq!(shown("/acme/reset/s3%20cret/7/"), "/acme/reset/(secret)/7/");
        assert_eq!(shown("/of/eyJh.eyJi.c2ln"), "/of/(secret)");
    }

    #[test]
    fn a_long_value_is_cut() {
        let shown = shown("x-long", &[b'a'; VALUE_BYTES + 1]);
        assert!(shown.ends_with("... (1025 bytes)") && shown.len() < VALUE_BYTES + 20);
    }
}
