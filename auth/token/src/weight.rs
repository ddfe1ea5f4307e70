//! How much memory JSON holds, for a cache that is bounded in bytes.
//!
//! Never exact: it counts what the standard library's collections and the allocator may have reserved, and is meant to err
//! upwards.

use serde_json::{Map, Value};

/// Fewest members of a full B-tree node; all nodes but the root have as many.
const FEWEST_PER_NODE: usize = 5;
/// Members that a B-tree node has room for, whether they are there or not.
const ROOM_PER_NODE: usize = 11;
/// Links, lengths and the rest of a B-tree node, in bytes.
const NODE_EXTRA_BYTES: usize = 128;
/// What an allocator keeps beside each piece of memory, in bytes.
const ALLOCATION_EXTRA_BYTES: usize = 8;
/// The pieces that an allocator gives are a multiple of so many bytes, and at least twice as many.
const ALLOCATION_UNIT_BYTES: usize = 16;

/// What a piece of heap takes of which so many bytes were asked for.
pub(crate) fn allocated(bytes: usize) -> usize {
    if bytes == 0 {
        return 0;
    }
    (bytes + ALLOCATION_EXTRA_BYTES).next_multiple_of(ALLOCATION_UNIT_BYTES).max(2 * ALLOCATION_UNIT_BYTES)
}

/// What a value takes that owners share by [`std::sync::Arc`], in bytes, with their two counts and without the heap behind it.
pub(crate) fn shared<T>() -> usize {
    allocated(2 * size_of::<usize>() + size_of::<T>())
}

/// The heap behind a value, in bytes, without the value itself.
pub(crate) fn of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => allocated(text.capacity()),
        Value::Array(items) => allocated(items.capacity() * size_of::<Value>()) + items.iter().map(of).sum::<usize>(),
        Value::Object(members) => {
            let inside = members.iter().map(|(name, value)| allocated(name.capacity()) + of(value));
            nodes(members) * allocated(node_bytes()) + inside.sum::<usize>()
        }
    }
}

fn nodes(members: &Map<String, Value>) -> usize {
    members.len().div_ceil(FEWEST_PER_NODE)
}

fn node_bytes() -> usize {
    ROOM_PER_NODE * (size_of::<String>() + size_of::<Value>()) + NODE_EXTRA_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_weighs_less_than_its_text() {
        assert_eq!(of(&json!(1)), 0);
        assert!(of(&json!("x".repeat(1000))) >= 1000);
        assert!(of(&json!({"a": "x".repeat(1000)})) >= 1000 + node_bytes());
        assert!(of(&json!(vec![Value::Null; 100])) >= 100 * size_of::<Value>());
        let many: Map<_, _> = (0..100).map(|number| (number.to_string(), Value::Null)).collect();
        assert!(of(&Value::Object(many)) >= 100 * (size_of::<String>() + size_of::<Value>()));
    }

    #[test]
    fn a_piece_of_heap_weighs_what_the_allocator_takes() {
        assert_eq!([0, 1, 24, 25, 40, 41].map(allocated), [0, 32, 32, 48, 48, 64]);
    }
}
