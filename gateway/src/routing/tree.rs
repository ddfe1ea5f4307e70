//! A tree of path segments: finds every pattern that takes a path, in one walk.
//!
//! Never visits a node twice, and never goes deeper than the longest pattern: a long path costs no more than a short one.

use crate::config::{PathPattern, Segment};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::borrow::Cow;

/// Ranks of patterns; the few that most paths have need no memory of their own.
pub(super) type Ranks = SmallVec<[usize; 8]>;

/// The patterns below one segment, as ranks of the table.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// the keys come from configuration, so nobody chooses them to collide
    literals: FxHashMap<String, Tree>,
    param: Option<Box<Tree>>,
    ending_here: Vec<usize>,
    from_here: Vec<usize>,
}

impl Tree {
    /// Adds a pattern under its rank.
    pub(super) fn insert(&mut self, pattern: &PathPattern, rank: usize) {
        let mut node = self;
        for segment in pattern.segments() {
            node = match segment {
                Segment::Literal(text) => node.literals.entry(text.clone()).or_default(),
                Segment::Param(_) => node.param.get_or_insert_default(),
            };
        }
        if pattern.is_prefix() { node.from_here.push(rank) } else { node.ending_here.push(rank) }
    }

    /// Adds the ranks of all patterns that take a path of these percent-decoded segments, in no order.
    pub(super) fn collect(&self, segments: &[Cow<'_, str>], ranks: &mut Ranks) {
        ranks.extend_from_slice(&self.from_here);
        let Some((first, rest)) = segments.split_first() else {
            ranks.extend_from_slice(&self.ending_here);
            return;
        };
        if let Some(below) = self.literals.get(first.as_ref()) {
            below.collect(rest, ranks);
        }
        if let Some(below) = &self.param
            && !first.is_empty()
        {
            below.collect(rest, ranks);
        }
    }
}
