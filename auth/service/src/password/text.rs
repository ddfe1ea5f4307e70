//! The text of a password as it is hashed: Unicode form NFC (RFC 8265, the profile OpaqueString), so that the same word
//! typed on two keyboards is the same bytes. Never changes case, spaces or anything that a reader can see.

use std::iter::once;

use unicode_normalization::{UnicodeNormalization, is_nfc};
use zeroize::Zeroizing;

/// NFC makes no text longer than this, in times (Unicode annex 15). A text that grows leaves copies behind.
const MAX_GROWTH: usize = 3;

/// The form that is hashed.
pub(super) fn normal(typed: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(typed.len() * MAX_GROWTH));
    text.extend(typed.nfc());
    text
}

/// The forms under which a typed text may have been hashed: the normal one, and as it was typed where that is another.
/// Hashes from before the normalisation are of the latter. How many there are depends on what was typed only.
pub(super) fn forms(typed: &str) -> impl Iterator<Item = Zeroizing<String>> {
    let as_typed = (!is_nfc(typed)).then(|| Zeroizing::new(typed.to_owned()));
    once(normal(typed)).chain(as_typed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_word_from_two_keyboards_is_one_text() {
        assert_eq!(*normal("caf\u{e9}"), *normal("cafe\u{301}"));
        assert_ne!(*normal("Caf\u{e9}"), *normal("caf\u{e9}"), "case counts");
        assert_ne!(*normal("a b"), *normal("a  b"), "spaces count");
        assert_eq!(forms("correct horse").count(), 1);
        assert_eq!(forms("cafe\u{301}").count(), 2);
    }

    proptest! {
        #[test]
        fn the_typed_text_is_always_among_the_forms(text in ".{0,40}") {
            prop_assert!(forms(&text).any(|form| *form == text));
            prop_assert_eq!(&*normal(&normal(&text)), &*normal(&text));
        }
    }
}
