//! What the gateway accepts of an answer, so that a plugin can refuse a bad config at load and the mock a bad answer in a
//! test: the same limits and words as the gateway's own check, which counts.
//!
//! Never lets more through than the gateway does with the default `identity-prefix`.
mod headers;
mod path;

pub use headers::{
    IDENTITY_PREFIX, MAX_OPERATIONS, MAX_VALUE_BYTES, header_name, header_ops, header_value, readable_header,
};
pub use path::{MAX_PATH_BYTES, canonical_path, segment};

use crate::types::Refusal;

/// The longest code of a refusal, in bytes.
pub const MAX_CODE_BYTES: usize = 64;
/// The longest message of a refusal, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 1024;
/// How many attributes a request may gather from all its policies.
pub const MAX_ATTRIBUTES: usize = 64;
/// The longest name and value of an attribute together, in bytes.
pub const MAX_ATTRIBUTE_BYTES: usize = 8 * 1024;

/// Checks status, code and message.
///
/// ```
/// use witgate_plugin::{Refusal, contract};
///
/// assert_eq!(contract::refusal(&Refusal::forbidden("no_rule_matched", "You may not do this.")), Ok(()));
/// assert!(contract::refusal(&Refusal::new(200, "fine", "")).is_err());
/// ```
///
/// # Errors
/// The part of the contract that the refusal breaks; the gateway answers 500 instead of it.
pub fn refusal(refusal: &Refusal) -> Result<(), String> {
    if !(400..=599).contains(&refusal.status) {
        return Err(format!("a refusal with status {}; 400 to 599 are allowed", refusal.status));
    }
    code(&refusal.code)?;
    message(&refusal.message)
}

/// Checks a refusal's code: `[a-z0-9_]{1,64}`.
///
/// ```
/// use witgate_plugin::contract;
///
/// assert_eq!(contract::code("rule_denied"), Ok(()));
/// assert_eq!(contract::code("Rule denied").unwrap_err(), "`Rule denied` must be 1 to 64 of a-z, 0-9 and _");
/// ```
///
/// # Errors
/// The sentence for the operator.
pub fn code(code: &str) -> Result<(), String> {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=MAX_CODE_BYTES).contains(&code.len()) && code.bytes().all(legal) {
        return Ok(());
    }
    Err(format!("`{code}` must be 1 to {MAX_CODE_BYTES} of a-z, 0-9 and _"))
}

/// Checks the length of a refusal's message.
///
/// ```
/// use witgate_plugin::contract;
///
/// assert!(contract::message("You may not do this.").is_ok() && contract::message(&"no ".repeat(1000)).is_err());
/// ```
///
/// # Errors
/// The sentence for the operator.
pub fn message(message: &str) -> Result<(), String> {
    match message.len() {
        0..=MAX_MESSAGE_BYTES => Ok(()),
        length => Err(format!("a message of {length} bytes; {MAX_MESSAGE_BYTES} are allowed")),
    }
}

/// Checks number and sizes of the attributes of one answer.
///
/// ```
/// use witgate_plugin::contract;
///
/// assert!(contract::attributes(&[("tenant".into(), "acme".into())]).is_ok());
/// assert!(contract::attributes(&[("tenant".into(), "a".repeat(contract::MAX_ATTRIBUTE_BYTES))]).is_err());
/// ```
///
/// # Errors
/// Which bound they pass.
pub fn attributes(attributes: &[(String, String)]) -> Result<(), String> {
    let long = |(name, value): &&(String, String)| name.len() + value.len() > MAX_ATTRIBUTE_BYTES;
    if let Some((name, _)) = attributes.iter().find(long) {
        return Err(format!("the attribute `{name}` is longer than {MAX_ATTRIBUTE_BYTES} bytes with its name"));
    }
    let names: std::collections::BTreeSet<_> = attributes.iter().map(|(name, _)| name).collect();
    if names.len() > MAX_ATTRIBUTES {
        return Err(format!("{} attributes; {MAX_ATTRIBUTES} are allowed", names.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_a_status_a_code_and_a_short_message() {
        let of = |status, code: &str, message: &str| refusal(&Refusal::new(status, code, message));
        for (status, code) in [(400, "a"), (599, "not_permitted_2"), (403, &*"a".repeat(64))] {
            assert_eq!(of(status, code, &"m".repeat(1024)), Ok(()), "{status} {code}");
        }
        for status in [0, 99, 200, 302, 399, 600] {
            assert!(of(status, "a", "").is_err(), "{status}");
        }
        for code in ["", "Has Space", "no-dash", "UPPER", "\u{e9}", &"a".repeat(65)] {
            assert!(of(403, code, "").is_err(), "{code:?}");
        }
        assert!(of(403, "a", &"m".repeat(1025)).is_err());
    }

    #[test]
    fn attributes_are_bounded_as_in_the_gateway() {
        let some = |count: usize| (0..count).map(|n| (format!("a{n}"), String::new())).collect::<Vec<_>>();
        assert_eq!(attributes(&some(64)), Ok(()));
        assert!(attributes(&some(65)).is_err());
        let sized = |bytes: usize| [("name".to_owned(), "v".repeat(bytes - 4))];
        assert_eq!(attributes(&sized(8192)), Ok(()));
        assert!(attributes(&sized(8193)).is_err());
    }
}
