//! The values that one token after another has, such as an audience or the same roles: one copy for all of them, which stays in
//! the processor's cache.
//!
//! Never keeps a value that no token has any more, and never shares one that only one token had: most of those are one person's.

use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use serde_json::Value;

use crate::reserve::{RESERVE, Reserve, Reserved};
use crate::weight;

/// Values that may be shared, and values that may be known to have been there once.
const PLACES: usize = 1024;
/// Largest value that is shared, in bytes.
const MOST_SHARED_BYTES: usize = 4096;

/// The values of this process.
static REPEATED: LazyLock<Repeated> = LazyLock::new(|| Repeated::within(&RESERVE));

/// The value of a claim.
pub(crate) enum Held {
    Own(Value),
    Shared(Arc<Shared>),
}

/// A value that tokens share, and where its memory counts.
pub(crate) struct Shared {
    value: Value,
    _reserved: Reserved,
}

/// See the module.
struct Repeated {
    hashes: RandomState,
    places: Mutex<Places>,
}

/// A value has two places by its hash, so that two that many tokens have do not push each other out.
struct Places {
    once: Box<[Sighting]>,
    shared: Box<[Weak<Shared>]>,
    /// Counts those that came.
    token: u64,
    reserve: &'static Reserve,
}

/// What was there once: the hash of a value, and the number of its token.
#[derive(Clone, Copy, Default)]
struct Sighting {
    hash: u64,
    token: u64,
}

impl Held {
    /// The values of one token, shared with the tokens that have the same.
    pub fn of_one_token(values: impl Iterator<Item = Value>) -> Box<[Self]> {
        REPEATED.hold(values)
    }

    /// The heap that this token alone has for it, in bytes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Own(value) => weight::of(value),
            Self::Shared(_) => 0,
        }
    }

    /// A byte of what only this token has.
    pub fn first_own_byte(&self) -> u8 {
        match self {
            Self::Own(Value::String(text)) => text.bytes().next().unwrap_or_default(),
            _ => 0,
        }
    }
}

impl Deref for Held {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Self::Own(value) => value,
            Self::Shared(shared) => &shared.value,
        }
    }
}

impl Repeated {
    fn within(reserve: &'static Reserve) -> Self {
        Self { hashes: RandomState::new(), places: Mutex::new(Places::within(reserve)) }
    }

    fn hold(&self, values: impl Iterator<Item = Value>) -> Box<[Held]> {
        let hash = |value: &Value| may_be_shared(value).then(|| self.hashes.hash_one(value));
        let hashed: Vec<(Option<u64>, Value)> = values.map(|value| (hash(&value), value)).collect();
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.token += 1;
        let held = |(hash, value)| match hash {
            Some(hash) => places.hold(value, hash),
            None => Held::Own(value),
        };
        hashed.into_iter().map(held).collect()
    }
}

impl Places {
    fn within(reserve: &'static Reserve) -> Self {
        let once = vec![Sighting::default(); PLACES];
        Self { once: once.into(), shared: (0..PLACES).map(|_| Weak::new()).collect(), token: 0, reserve }
    }

    fn hold(&mut self, value: Value, hash: u64) -> Held {
        let own = [hash, hash.rotate_left(32)].map(|hash| usize::try_from(hash % PLACES as u64).unwrap_or_default());
        let alike = |place: usize| self.shared[place].upgrade().filter(|shared| shared.value == value);
        if let Some(shared) = own.into_iter().find_map(alike) {
            return Held::Shared(shared);
        }
        let sighting = &mut self.once[own[0]];
        let is_again = sighting.hash == hash && sighting.token != self.token;
        *sighting = Sighting { hash, token: self.token };
        if !is_again {
            return Held::Own(value);
        }
        let Some(_reserved) = self.reserve.take(weight::shared::<Shared>() + weight::of(&value)) else {
            return Held::Own(value);
        };
        let shared = Arc::new(Shared { value, _reserved });
        let free = own.into_iter().find(|place| self.shared[*place].strong_count() == 0);
        self.shared[free.unwrap_or(own[0])] = Arc::downgrade(&shared);
        Held::Shared(shared)
    }
}

/// Not one without memory of its own, a large one, or one with a fraction: 0.0 and -0.0 are equal, and not the same.
fn may_be_shared(value: &Value) -> bool {
    (1..=MOST_SHARED_BYTES).contains(&weight::of(value)) && !has_fraction(value)
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(members) => members.values().any(has_fraction),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    impl Repeated {
        /// A token with one claim.
        fn one(&self, value: Value) -> Box<[Held]> {
            self.hold([value].into_iter())
        }
    }

    fn is_one_copy(one: &Held, other: &Held) -> bool {
        std::ptr::eq(&raw const **one, &raw const **other)
    }

    fn is_shared(held: &Held) -> bool {
        matches!(held, Held::Shared(_))
    }

    #[test]
    fn what_comes_again_is_shared_and_goes_with_its_last_token() {
        let repeated = Repeated::within(&RESERVE);
        let held: Vec<Box<[Held]>> = (0..3).map(|_| repeated.one(json!(["staff", "support"]))).collect();
        assert!(!is_shared(&held[0][0]), "nobody knows whether it comes again");
        assert!(is_one_copy(&held[1][0], &held[2][0]) && !is_one_copy(&held[0][0], &held[1][0]));
        assert!(held.iter().all(|held| *held[0] == json!(["staff", "support"])));
        drop(held);
        let places = repeated.places.lock().expect("the places");
        assert!(places.shared.iter().all(|one| one.upgrade().is_none()));
    }

    #[test]
    fn what_one_token_says_twice_is_its_own() {
        let repeated = Repeated::within(&RESERVE);
        let twice = || [json!("alice@id.example"), json!("alice@id.example")].into_iter();
        assert!(!repeated.hold(twice()).iter().any(is_shared));
        assert!(repeated.hold(twice()).iter().all(is_shared), "another token says it, too");
    }

    #[test]
    fn values_of_one_token_each_do_not_displace_what_is_shared() {
        let repeated = Repeated::within(&RESERVE);
        let held: Vec<Box<[Held]>> = (0..2).map(|_| repeated.one(json!("acme"))).collect();
        (0..8 * PLACES).for_each(|number| drop(repeated.one(json!(format!("subject {number}")))));
        assert!(is_one_copy(&held[1][0], &repeated.one(json!("acme"))[0]));
    }

    #[test]
    fn what_takes_no_memory_or_much_or_is_equal_to_another_is_not_shared() {
        let repeated = Repeated::within(&RESERVE);
        let large = json!("x".repeat(MOST_SHARED_BYTES));
        for value in [json!(1), json!(true), json!(null), large, json!([-0.0]), json!({"rate": [0.5]})] {
            for _ in 0..3 {
                assert!(!is_shared(&repeated.one(value.clone())[0]), "{value}");
            }
        }
    }

    #[test]
    fn values_that_meet_are_not_taken_for_each_other() {
        let mut places = Places::within(&RESERVE);
        let mut held = Vec::new();
        for round in 0..4 {
            for value in ["one", "another", "a third"] {
                places.token += 1;
                // each comes twice, or the next one hides that it was there
                for _ in 0..2 {
                    held.push((value, round, places.hold(json!(value), 7)));
                    places.token += 1;
                }
            }
        }
        assert!(held.iter().all(|(value, _, held)| **held == json!(value)));
        assert!(held.iter().filter(|(_, round, _)| *round > 0).any(|(_, _, held)| is_shared(held)));
    }

    #[test]
    fn two_that_meet_are_both_shared() {
        let mut places = Places::within(&RESERVE);
        // one first place, two second ones
        let hash = |second: u64| 7 | second << 32;
        let mut of = |value: &str, second: u64| {
            places.token += 1;
            places.hold(json!(value), hash(second))
        };
        let held = [of("one", 1), of("one", 1), of("other", 2), of("other", 2), of("one", 1), of("other", 2)];
        assert!(is_one_copy(&held[1], &held[4]) && is_one_copy(&held[3], &held[5]));
    }

    #[test]
    fn a_shared_value_weighs_nothing_for_a_token_and_there_is_room_for_so_many() {
        static RESERVE: Reserve = Reserve::of(200);
        assert_eq!(size_of::<Held>(), size_of::<Value>());
        let repeated = Repeated::within(&RESERVE);
        let text = |number: usize| json!(format!("{number:0>60}"));
        let mut held: Vec<_> = (0..3).flat_map(|number| [(); 3].map(|()| repeated.one(text(number)))).collect();
        let bytes: Vec<_> = held.iter().map(|held| held[0].bytes() > 0).collect();
        assert_eq!(bytes, [true, false, false, true, true, true, true, true, true], "one fits");
        held.truncate(1);
        assert!(is_shared(&[(); 2].map(|()| repeated.one(text(1)))[1][0]), "there is room again");
    }
}
