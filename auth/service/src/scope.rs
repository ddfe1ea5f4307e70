//! Scopes as OAuth writes them (RFC 6749 section 3.3): words with a space between. Never widens: what comes out of
//! [`narrowed`] was in what went in.

/// Signs the user in: an ID token, and `/userinfo` (OpenID Connect Core section 3.1.2.1).
pub const OPENID: &str = "openid";
/// The user's name at `/userinfo` (OpenID Connect Core section 5.4).
pub const PROFILE: &str = "profile";
/// The user's e-mail address at `/userinfo` (OpenID Connect Core section 5.4).
pub const EMAIL: &str = "email";
/// The scopes of OpenID Connect. No role gives them: any user may give them to a client that is registered with them.
pub const OIDC: [&str; 3] = [OPENID, PROFILE, EMAIL];

/// The words of a scope.
pub fn words(scope: &str) -> impl Iterator<Item = &str> {
    scope.split(' ').filter(|word| !word.is_empty())
}

/// Whether the scope has this word.
pub fn contains(scope: &str, word: &str) -> bool {
    words(scope).any(|one| one == word)
}

/// What of the asked scope is allowed, each word once and in the order asked. When nothing was asked: all that is
/// allowed.
pub fn narrowed<'a>(asked: Option<&'a str>, allowed: impl Iterator<Item = &'a str>) -> String {
    let allowed: Vec<&str> = allowed.collect();
    let wanted: Vec<&str> = match asked {
        Some(asked) => words(asked).filter(|word| allowed.contains(word)).collect(),
        None => allowed,
    };
    let mut once: Vec<&str> = Vec::with_capacity(wanted.len());
    for word in wanted {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(asked: Option<&str>, allowed: &str, expected: &str) {
        assert_eq!(narrowed(asked, words(allowed)), expected, "{asked:?} of {allowed:?}");
    }

    #[test]
    fn what_is_asked_and_allowed_in_the_order_asked() {
        check(Some("b a"), "a b c", "b a");
        check(Some("a a x"), "a b", "a");
        check(Some("x"), "a", "");
        check(Some(""), "a", "");
        check(None, "a b a", "a b");
        check(None, "", "");
    }

    #[test]
    fn a_word_is_whole() {
        assert!(contains("orders:read openid", "openid") && !contains("orders:read:all", "orders:read"));
        assert!(!contains("", "") && !contains("a  b", ""));
    }

    proptest! {
        #[test]
        fn nothing_comes_out_that_was_not_in_both(asked in "[a-c ]{0,12}", allowed in "[a-c ]{0,12}") {
            for word in words(&narrowed(Some(&asked), words(&allowed))) {
                prop_assert!(contains(&asked, word) && contains(&allowed, word));
            }
        }
    }
}
