//! `witgate plugin test` on real components. Never in this repository's own folders, but for the policies that ship.

mod asked;
mod granted;
mod misbehaving;
mod reports;
mod shipped;
mod watched;

/// What was printed, and how the command ended.
pub struct Told {
    /// the exit code
    pub code: Option<i32>,
    /// standard output
    pub out: String,
    /// standard error
    pub err: String,
}

impl Told {
    /// The text holds all of these, in this order.
    pub fn says(&self, parts: &[&str]) {
        let mut rest = self.out.as_str();
        for part in parts {
            let Some(at) = rest.find(part) else {
                panic!("{part:?} is not in what is left of:\n{}\n{}", self.out, self.err)
            };
            rest = &rest[at + part.len()..];
        }
    }
}
