//! The one error of this program: a sentence for the person at the terminal. Never a type to match on.

use std::fmt;

/// What went wrong and what to do about it, in words.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure told by `sentence`.
    pub fn new(sentence: impl Into<String>) -> Failure {
        Failure(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds to an I/O error what was being done.
pub trait Doing<T> {
    /// `doing` completes the sentence "could not ...".
    fn doing(self, doing: impl fmt::Display) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, doing: impl fmt::Display) -> Result<T, Failure> {
        self.map_err(|error| Failure(format!("could not {doing}: {error}")))
    }
}
