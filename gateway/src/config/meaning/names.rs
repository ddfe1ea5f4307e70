//! Names: what they may look like, and which table they stand for.
//!
//! Never resolves a name to two things: duplicates are faults.

use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;
use witgate_settings::suggest;

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// Notes a name that logs, metrics and headers could not carry.
pub(super) fn check(name: &Spanned<String>, faults: &mut Faults) {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let text = name.get_ref();
    if text.is_empty() || text.len() > MAX_NAME_BYTES || !text.bytes().all(good) {
        let hint = format!("1 to {MAX_NAME_BYTES} lower-case letters, digits and '-'");
        faults.push(at(name), format!("{text:?} is no name"), hint);
    }
}

/// The place of `name` in `known`, or a fault that suggests the nearest.
pub(super) fn resolve(what: &str, name: &Spanned<String>, known: &[&str], faults: &mut Faults) -> Option<usize> {
    let found = known.iter().position(|candidate| candidate == name.get_ref());
    if found.is_none() {
        let listed = format!("known {what}s");
        let hint = suggest::hint(name.get_ref(), known.iter().copied(), &listed);
        faults.push(at(name), format!("no {what} is named {:?}", name.get_ref()), hint);
    }
    found
}

/// Notes every word of a list that was there before, and gives back whether there was none.
pub(super) fn refuse_repeated(what: &str, words: &[Spanned<String>], faults: &mut Faults) {
    for (at_word, word) in words.iter().enumerate() {
        if let Some(first) = words[..at_word].iter().find(|earlier| earlier.get_ref() == word.get_ref()) {
            faults.push_pair(
                (at(word), "again here"),
                (at(first), "first here"),
                format!("the {what} {:?} is there twice", word.get_ref()),
                "take one of them out",
            );
        }
    }
}
