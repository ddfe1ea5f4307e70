//! The members of the object that a token's payload is: its names and its values, shared with those of tokens like it.
//!
//! Never changed once it is made: thousands are kept, so room to grow would be paid for thousands of times.

use std::hint;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::repeated::Held;
use crate::shape::Shape;
use crate::weight;

/// A JSON object, in order of its names.
pub(crate) struct Members {
    shape: Arc<Shape>,
    values: Box<[Held]>,
}

impl Members {
    /// The same object.
    pub fn of(object: Map<String, Value>) -> Self {
        let mut sorted: Vec<(String, Value)> = object.into_iter().collect();
        sorted.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let shape = Shape::of(sorted.iter().map(|(name, _)| name.as_str()));
        Self { shape, values: Held::of_one_token(sorted.into_iter().map(|(_, value)| shrunk(value))) }
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.shape.place(name).map(|place| &*self.values[place])
    }

    /// Names and values, in order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().enumerate().map(|(place, value)| (self.shape.name(place), &**value))
    }

    /// Looks at the list of values, and where the texts of this token alone begin, so that the processor fetches all together.
    /// Who asks for one after the other waits for each: of thousands of tokens few are in its cache.
    pub fn fetch(&self) {
        hint::black_box(self.values.iter().fold(0, |sum: u8, value| sum ^ value.first_own_byte()));
    }

    /// The heap that this token alone has for it, in bytes.
    pub fn bytes(&self) -> usize {
        let values: usize = self.values.iter().map(Held::bytes).sum();
        self.shape.bytes() + weight::allocated(size_of_val(&*self.values)) + values
    }
}

/// Without the room that a list has left over from when it was read.
fn shrunk(value: Value) -> Value {
    match value {
        Value::String(mut text) => {
            text.shrink_to_fit();
            Value::String(text)
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(shrunk).collect();
            items.shrink_to_fit();
            Value::Array(items)
        }
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, shrunk(value))).collect())
        }
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn members(object: Value) -> Members {
        let Value::Object(object) = object else { panic!("an object") };
        Members::of(object)
    }

    /// Objects of numbers and short texts, alone and in lists.
    fn objects() -> impl Strategy<Value = Map<String, Value>> {
        let scalar = || prop_oneof![(0_u8..9).prop_map(Value::from), "[ab]{0,2}".prop_map(Value::from)];
        let value = prop_oneof![scalar(), prop::collection::vec(scalar(), 0..3).prop_map(Value::from)];
        prop::collection::btree_map("[a-cé]{0,3}", value, 0..12).prop_map(|object| object.into_iter().collect())
    }

    #[test]
    fn a_name_is_a_whole_name() {
        let members = members(json!({"ab": 1, "a": 2, "": 3, "abc": 4, "é": 5}));
        let found = ["", "a", "ab", "abc", "é"].map(|name| members.get(name).and_then(Value::as_u64));
        assert_eq!(found, [Some(3), Some(2), Some(1), Some(4), Some(5)]);
        for absent in ["b", "bc", "aab", "A", "\u{c3}", "é "] {
            assert_eq!(members.get(absent), None, "{absent:?}");
        }
        assert!(self::members(json!({})).get("").is_none());
    }

    #[test]
    fn no_list_keeps_room_to_grow() {
        let mut items = Vec::with_capacity(100);
        items.push(json!("x"));
        let one = members(json!({"list": Value::Array(items)}));
        assert!(one.bytes() < 100 * size_of::<Value>(), "{}", one.bytes());
    }

    proptest! {
        /// The same members as the object it was made of.
        #[test]
        fn it_is_the_same_object(object in objects(), name in "[a-cé]{0,3}") {
            // values that others have had before are shared with these
            let before: Vec<Members> = (0..2).map(|_| Members::of(object.clone())).collect();
            let members = Members::of(object.clone());
            prop_assert_eq!(before[0].get(&name), members.get(&name));
            prop_assert_eq!(members.get(&name), object.get(&name));
            let again: Map<String, Value> =
                members.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
            prop_assert_eq!(again, object);
        }
    }
}
