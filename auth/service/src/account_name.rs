//! The rules for the names of accounts and tenants. Names are ASCII, so that folding the case is exact and no two
//! names look the same. Never touches the store.

use thiserror::Error;

/// Longest name, in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// A name that breaks the rules.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NameError {
    /// Empty, or longer than [`MAX_NAME_BYTES`].
    #[error("a name has 1 to {MAX_NAME_BYTES} characters")]
    Length,
    /// Holds a character outside the allowed set.
    #[error("a name holds only letters a-z, digits and . _ - @")]
    Character,
}

/// The stored form of an account name: checked and folded to lower case.
pub fn account_name(text: &str) -> Result<String, NameError> {
    checked(text)?;
    Ok(text.to_ascii_lowercase())
}

/// The stored form of a tenant: checked, case kept.
pub fn tenant_name(text: &str) -> Result<String, NameError> {
    checked(text)?;
    Ok(text.to_owned())
}

fn checked(text: &str) -> Result<(), NameError> {
    if text.is_empty() || text.len() > MAX_NAME_BYTES {
        return Err(NameError::Length);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte);
    if text.bytes().all(allowed) { Ok(()) } else { Err(NameError::Character) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: Result<&str, NameError>) {
        assert_eq!(account_name(input), expected.map(str::to_owned), "{input:?}");
    }

    #[test]
    fn names_are_folded_and_checked() {
        check("Alice", Ok("alice"));
        check("bob@example.com", Ok("bob@example.com"));
        check("", Err(NameError::Length));
        check(&"a".repeat(64), Ok(&"a".repeat(64)));
        check(&"a".repeat(65), Err(NameError::Length));
        check("al ice", Err(NameError::Character));
        check("аlice", Err(NameError::Character)); // a Cyrillic letter
        check("alice\n", Err(NameError::Character));
    }

    #[test]
    fn tenants_keep_their_case() {
        assert_eq!(tenant_name("Acme"), Ok("Acme".to_owned()));
    }
}
