//! Which new passwords are good: length first, then whether it became public or is easy to guess. Never asks for digits
//! or symbols (NIST SP 800-63B), never looks at old passwords, and never quotes a password.

use std::sync::Arc;

use zxcvbn::{Score, zxcvbn};

use super::breached::BreachedList;
use super::text::{forms, normal};
use super::{MAX_PASSWORD_BYTES, PasswordError};
use crate::secret::Secret;

/// Shortest new password by default, in characters.
pub const MIN_PASSWORD_CHARS: usize = 8;
/// How much of a password is looked at for patterns, in characters. The worst text of this length, all in look-alike
/// signs, takes a core about a second.
const JUDGED_CHARS: usize = 100;
/// How much of a name or an address counts, in characters.
const OWNER_CHARS: usize = 100;
/// Fewer than a million guesses (a score below this) are too few. One step more would refuse honest short sentences.
const LEAST_SCORE: Score = Score::Two;

/// Whose password it will be. It must not be made of these words.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    /// The account's name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
}

/// The rules for new passwords. Clones share the opened list.
#[derive(Debug, Clone)]
pub struct PasswordRules {
    min_chars: usize,
    breached: Option<Arc<BreachedList>>,
}

impl Default for PasswordRules {
    fn default() -> Self {
        PasswordRules::new(MIN_PASSWORD_CHARS, None)
    }
}

impl PasswordRules {
    /// At least `min_chars` characters, and not in the list.
    pub fn new(min_chars: usize, breached: Option<BreachedList>) -> PasswordRules {
        PasswordRules { min_chars, breached: breached.map(Arc::new) }
    }

    /// Checks a new password. Reads the list and looks for patterns: call it from a blocking thread.
    pub fn check(&self, password: &Secret, owner: &Owner) -> Result<(), PasswordError> {
        let typed = password.expose();
        if typed.len() > MAX_PASSWORD_BYTES {
            return Err(PasswordError::TooLong);
        }
        let text = normal(typed);
        if text.chars().count() < self.min_chars {
            return Err(PasswordError::TooShort { min_chars: self.min_chars });
        }
        self.not_breached(typed)?;
        not_guessable(&text, owner)
    }

    fn not_breached(&self, typed: &str) -> Result<(), PasswordError> {
        let Some(list) = &self.breached else { return Ok(()) };
        for form in forms(typed) {
            if list.contains(&form)? {
                return Err(PasswordError::Breached);
            }
        }
        Ok(())
    }
}

fn not_guessable(text: &str, owner: &Owner) -> Result<(), PasswordError> {
    let judged = zeroize::Zeroizing::new(first(text, JUDGED_CHARS));
    let words = words_of(owner);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let estimate = zxcvbn(&judged, &words);
    if estimate.score() >= LEAST_SCORE {
        return Ok(());
    }
    let warning = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    let reason = warning.map_or_else(|| "Add another word or two.".to_owned(), |warning| warning.to_string());
    Err(PasswordError::Guessable { reason })
}

/// The name, the address, and the part of the address before the @.
fn words_of(owner: &Owner) -> Vec<String> {
    let email = owner.email.as_deref();
    let local = email.and_then(|email| email.split_once('@')).map(|(local, _)| local);
    let words = [Some(owner.name.as_str()), email, local];
    words.into_iter().flatten().filter(|word| !word.is_empty()).map(|word| first(word, OWNER_CHARS)).collect()
}

fn first(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn check(text: &str) -> Result<(), PasswordError> {
        let owner = Owner { name: "isabella.quux".into(), email: Some("iq7@example.com".into()) };
        PasswordRules::default().check(&Secret::new(text.to_owned()), &owner)
    }

    #[test]
    fn length_comes_first() {
        assert!(matches!(check("1234567"), Err(PasswordError::TooShort { min_chars: 8 })));
        assert!(check("mellanöl").is_ok(), "characters count, not bytes");
        let marks = "o\u{308}".repeat(4);
        assert!(matches!(check(&marks), Err(PasswordError::TooShort { .. })), "four letters with their marks");
        let long = "plover Quincunx 17 ".repeat(80);
        assert!(check(&long[..1024]).is_ok());
        assert!(matches!(check(&long[..1025]), Err(PasswordError::TooLong)));
        let rules = PasswordRules::new(20, None);
        let short = rules.check(&Secret::new("correct horse".into()), &Owner::default()).unwrap_err();
        assert_eq!(short.to_string(), "the password is too short: use at least 20 characters");
    }

    #[test]
    fn what_is_easy_to_guess_is_refused_with_a_reason_and_without_the_password() {
        for text in [
            "password",
            "Passw0rd",
            "12345678",
            "qwertyuiop",
            "aaaaaaaaaaaa",
            "abcdefghijk",
            "letmein123",
            "isabella.quux",
            "ISABELLA.QUUX1",
            "iq7@example.com",
            "20010911",
        ] {
            let Err(refused @ PasswordError::Guessable { .. }) = check(text) else { panic!("{text} passed") };
            let message = refused.to_string();
            assert!(message.starts_with("the password is too easy to guess. ") && message.ends_with('.'), "{message}");
            // That word is in the sentence itself.
            assert!(text == "password" || !message.contains(text), "{message}");
        }
    }

    #[test]
    fn short_sentences_are_good() {
        for text in ["correct horse", "a long password", "my-other-password", "Tr0ub4dor&3", "alice's own password"] {
            assert!(check(text).is_ok(), "{text}: {:?}", check(text));
        }
    }

    /// As `cargo xtask demo` and the end-to-end tests add them.
    #[test]
    fn the_users_of_the_demo_and_the_tests_may_stay() {
        for (name, password) in [
            ("alice", "wonderland-demo"),
            ("bob", "builder-demo"),
            ("alice", "correct horse"),
            ("alice", "alice's own password"),
            ("bob", "bob's own password"),
            ("carol", "carol's own password"),
        ] {
            let owner = Owner { name: name.into(), email: None };
            let checked = PasswordRules::default().check(&Secret::new(password.into()), &owner);
            assert!(checked.is_ok(), "{name}, {password}: {checked:?}");
        }
    }

    #[test]
    fn a_password_that_became_public_is_refused_in_either_form() {
        // SHA-1 of "cafe\u{301} au lait 42", as it was typed
        let typed = "cafe\u{301} au lait 42";
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, typed.as_bytes());
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "{hex}:3").unwrap();
        let rules = PasswordRules::new(8, Some(BreachedList::open(file.path()).unwrap()));
        let check = |text: &str| rules.check(&Secret::new(text.to_owned()), &Owner::default());
        assert!(matches!(check(typed), Err(PasswordError::Breached)));
        assert!(check("correct horse").is_ok());
        file.as_file().set_len(3).unwrap();
        assert!(matches!(check("correct horse"), Err(PasswordError::List(_))), "an unreadable list refuses");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_text_makes_it_panic(text in ".{0,120}", name in ".{0,120}", email in ".{0,20}@.{0,20}") {
            let owner = Owner { name, email: Some(email) };
            let _ = PasswordRules::default().check(&Secret::new(text), &owner);
        }
    }
}
