//! The names of an object's members, which most tokens of an issuer have in common: one copy for all of them.
//!
//! Never more than [`MOST_SHARED`] of them are shared, whatever names tokens have; another one has a copy of its own.

use std::sync::{Arc, Mutex, PoisonError};

use crate::reserve::{RESERVE, Reserve, Reserved};
use crate::weight;

/// Shapes that tokens to come may share. An issuer has a few: with and without a claim that is optional.
const MOST_SHARED: usize = 64;
/// Longest names together that are shared, in bytes.
const MOST_SHARED_BYTES: usize = 4096;

/// The shapes of this process.
static SHAPES: Shapes = Shapes { known: Mutex::new(Vec::new()), reserve: &RESERVE };

struct Shapes {
    /// The shapes of tokens that verified lately; the one that was asked for last stands last.
    known: Mutex<Vec<Arc<Shape>>>,
    /// Where their memory counts.
    reserve: &'static Reserve,
}

/// Names in order, in one text. A look-up in what thousands of tokens share finds it in the processor's cache.
pub(crate) struct Shape {
    names: Box<str>,
    /// where each name ends in `names`, in bytes; it begins where the one before ends
    ends: Box<[usize]>,
    /// where it is shared
    reserved: Option<Reserved>,
}

impl Shape {
    /// Of names that are sorted, and of which none is there twice.
    pub fn of<'n>(sorted: impl Iterator<Item = &'n str> + Clone) -> Arc<Self> {
        SHAPES.one_of(Self::new(sorted))
    }

    fn new<'n>(sorted: impl Iterator<Item = &'n str> + Clone) -> Self {
        let names: String = sorted.clone().collect();
        let ends = sorted.scan(0, |end, name| {
            *end += name.len();
            Some(*end)
        });
        Self { names: names.into(), ends: ends.collect(), reserved: None }
    }

    /// The place of a name.
    pub fn place(&self, name: &str) -> Option<usize> {
        let (mut from, mut to) = (0, self.ends.len());
        while from < to {
            let middle = usize::midpoint(from, to);
            match self.name(middle).cmp(name) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// The name at a place.
    pub fn name(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.names[start..self.ends[place]]
    }

    /// The heap that one token has for it, in bytes: none where it is shared.
    pub fn bytes(&self) -> usize {
        if self.reserved.is_some() { 0 } else { self.all_bytes() }
    }

    fn all_bytes(&self) -> usize {
        weight::shared::<Self>() + weight::allocated(self.names.len()) + weight::allocated(size_of_val(&*self.ends))
    }

    fn is_like(&self, other: &Self) -> bool {
        self.names == other.names && self.ends == other.ends
    }
}

impl Shapes {
    /// One like it that is there already, or itself.
    fn one_of(&self, mut shape: Shape) -> Arc<Shape> {
        if shape.names.len() > MOST_SHARED_BYTES {
            return Arc::new(shape);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = known.iter().position(|one| one.is_like(&shape)) {
            let found = known.remove(at);
            known.push(Arc::clone(&found));
            return found;
        }
        if known.len() >= MOST_SHARED {
            known.remove(0);
        }
        shape.reserved = self.reserve.take(shape.all_bytes());
        if shape.reserved.is_none() {
            return Arc::new(shape);
        }
        let shape = Arc::new(shape);
        known.push(Arc::clone(&shape));
        shape
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_one_copy_and_there_are_not_many_of_them() {
        static RESERVE: Reserve = Reserve::of(1024 * 1024);
        let shapes = Shapes { known: Mutex::default(), reserve: &RESERVE };
        let of = |names: &[String]| shapes.one_of(Shape::new(names.iter().map(String::as_str)));
        let names = ["ab".to_owned(), "c".to_owned()];
        let first = of(&names);
        assert!(Arc::ptr_eq(&first, &of(&names)));
        // The same text, split elsewhere, is another shape.
        let other = of(&["a".to_owned(), "bc".to_owned()]);
        assert!(!first.is_like(&other) && other.place("ab").is_none());
        let long = ["x".repeat(MOST_SHARED_BYTES + 1)];
        assert!(!Arc::ptr_eq(&of(&long), &of(&long)), "too long to keep");
        for number in 0..2 * MOST_SHARED {
            of(&[format!("{number}")]);
        }
        assert!(shapes.known.lock().expect("the shapes").len() <= MOST_SHARED);
        assert!(!Arc::ptr_eq(&first, &of(&names)), "it was long ago");
    }

    #[test]
    fn a_shared_one_weighs_nothing_for_a_token_and_there_is_room_for_so_many() {
        static RESERVE: Reserve = Reserve::of(300);
        let shapes = Shapes { known: Mutex::default(), reserve: &RESERVE };
        let of = |name: &str| shapes.one_of(Shape::new([name].into_iter()));
        let (first, second, third) = (of("one"), of("other"), of("a third"));
        assert_eq!((first.bytes(), second.bytes()), (0, 0));
        assert!(third.bytes() >= size_of::<Shape>() + "a third".len(), "{}", third.bytes());
        assert!(!Arc::ptr_eq(&third, &of("a third")));
    }
}
