//! What a reader asks of a file, noted while it reads an empty one: each key with its type, range and default.
//!
//! Never holds a value of a file: it tells what one may say, for editors and for tests of the manual.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::rc::Rc;

/// The keys of one table, in the order in which they are first asked for. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Outline(Rc<RefCell<Vec<Key>>>);

/// One key of a table.
#[derive(Debug, Clone)]
pub struct Key {
    /// its name
    pub name: &'static str,
    /// what it may be
    pub kind: Kind,
    /// whether the table is of no use without it
    pub required: bool,
}

/// What a key may be.
#[derive(Debug, Clone)]
pub enum Kind {
    /// anything
    Any,
    /// a table with any keys
    AnyTable,
    /// a string
    Text,
    /// one of these strings
    Word(Vec<&'static str>),
    /// a whole number in a range; the default is nothing where it depends on the machine
    Number(RangeInclusive<u64>, Option<u64>),
    /// a number in a range, and its default
    Decimal(RangeInclusive<f64>, f64),
    /// `true` or `false`; `false` by default
    Flag,
    /// a list of strings
    Texts,
    /// a table whose values are strings
    Pairs,
    /// a table whose values are lists of strings
    Lists,
    /// a table
    Table(Outline),
    /// a string, or a table
    TextOrTable(Outline),
    /// a table of tables under names of the writer's
    Named(Outline),
    /// a list of tables
    Many(Outline),
}

impl Outline {
    /// The keys that were noted.
    pub fn keys(&self) -> Vec<Key> {
        self.0.borrow().clone()
    }

    /// Notes a key. What was noted of it before gives way, unless this says less.
    pub(crate) fn note(&self, name: &'static str, kind: Kind) {
        let mut keys = self.0.borrow_mut();
        match keys.iter_mut().find(|key| key.name == name) {
            Some(_) if matches!(kind, Kind::Any) => {}
            Some(known) => known.kind = kind,
            None => keys.push(Key { name, kind, required: false }),
        }
    }

    /// Notes that a key must be there.
    pub(crate) fn require(&self, name: &'static str) {
        let mut keys = self.0.borrow_mut();
        keys.iter_mut().filter(|key| key.name == name).for_each(|key| key.required = true);
    }
}
