//! Names: what they may look like, and which table they stand for.
//!
//! Never resolves a name to two things: duplicates are faults.

use rustc_hash::FxHashMap;
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

/// The names of one kind, such as plugins, that others may give.
pub(super) struct Known<'w> {
    what: &'static str,
    /// in the order written
    names: Vec<&'w str>,
    places: FxHashMap<&'w str, usize>,
}

impl<'w> Known<'w> {
    /// These names; `what` is what each is the name of.
    pub(super) fn of(what: &'static str, names: impl Iterator<Item = &'w Spanned<String>>) -> Known<'w> {
        let names: Vec<&str> = names.map(|name| name.get_ref().as_str()).collect();
        let places = names.iter().enumerate().map(|(place, name)| (*name, place)).collect();
        Known { what, names, places }
    }

    /// The place of a name, or a fault that suggests the nearest.
    pub(super) fn resolve(&self, name: &Spanned<String>, faults: &mut Faults) -> Option<usize> {
        let found = self.places.get(name.get_ref().as_str()).copied();
        if found.is_none() {
            let hint = suggest::hint(name.get_ref(), self.names.iter().copied(), &format!("known {}s", self.what));
            faults.push(at(name), format!("no {} is named {:?}", self.what, name.get_ref()), hint);
        }
        found
    }
}

/// Notes every word of a list that was there before.
pub(super) fn refuse_repeated(what: &str, words: &[Spanned<String>], faults: &mut Faults) {
    let mut firsts: FxHashMap<&str, &Spanned<String>> = FxHashMap::default();
    for word in words {
        let first = *firsts.entry(word.get_ref()).or_insert(word);
        if !std::ptr::eq(first, word) {
            faults.push_pair(
                (at(word), "again here"),
                (at(first), "first here"),
                format!("the {what} {:?} is there twice", word.get_ref()),
                "take one of them out",
            );
        }
    }
}
