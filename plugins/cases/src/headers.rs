//! What a filter does to headers in the end, whatever operations led there.
//!
//! Never keeps an operation that a later one undoes, and never two spellings of one name.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::texts::Texts;

/// One operation, as a filter gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderOp<'a> {
    /// this value in the place of all
    Set(&'a str, &'a [u8]),
    /// this value beside those that are there
    Append(&'a str, &'a [u8]),
    /// no value
    Remove(&'a str),
}

/// The effect of operations in their order, by lower-case name. A header is in `remove`, or in `set`, `append` or both: then what is
/// appended follows what is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Headers {
    /// the value that takes the place of all
    pub set: BTreeMap<String, String>,
    /// the values that are added, in their order
    pub append: BTreeMap<String, Texts>,
    /// headers without any value afterwards, in order
    pub remove: Vec<String>,
}

/// What becomes of one header.
#[derive(Default)]
struct Effect {
    /// whether the values that are there go
    replaces: bool,
    values: Vec<String>,
}

impl<'a> FromIterator<HeaderOp<'a>> for Headers {
    fn from_iter<I: IntoIterator<Item = HeaderOp<'a>>>(ops: I) -> Self {
        let mut effects: BTreeMap<String, Effect> = BTreeMap::new();
        for op in ops {
            let (HeaderOp::Set(name, _) | HeaderOp::Append(name, _) | HeaderOp::Remove(name)) = op;
            let effect = effects.entry(name.to_ascii_lowercase()).or_default();
            match op {
                HeaderOp::Set(_, value) => *effect = Effect { replaces: true, values: vec![text(value)] },
                HeaderOp::Append(_, value) => effect.values.push(text(value)),
                HeaderOp::Remove(_) => *effect = Effect { replaces: true, values: Vec::new() },
            }
        }
        effects.into_iter().fold(Self::default(), Self::with)
    }
}

impl Headers {
    fn with(mut self, (name, Effect { replaces, mut values }): (String, Effect)) -> Self {
        if replaces && values.is_empty() {
            self.remove.push(name);
            return self;
        }
        if replaces {
            self.set.insert(name.clone(), values.remove(0));
        }
        if !values.is_empty() {
            self.append.insert(name, Texts(values));
        }
        self
    }
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::HeaderOp::{Append, Remove, Set};
    use super::*;

    fn told(ops: &[HeaderOp<'_>]) -> Value {
        serde_json::to_value(ops.iter().copied().collect::<Headers>()).expect("JSON")
    }

    #[test]
    fn each_value_counts_and_so_does_their_order() {
        let [one, two] = [Append("Set-Cookie", b"a=1"), Append("set-cookie", b"b=2")];
        assert_eq!(told(&[one, two]), json!({"set": {}, "append": {"set-cookie": ["a=1", "b=2"]}, "remove": []}));
        assert_eq!(told(&[two]), json!({"set": {}, "append": {"set-cookie": "b=2"}, "remove": []}));
        assert_ne!(told(&[one, two]), told(&[two, one]));
    }

    #[test]
    fn what_a_later_operation_undoes_does_not_count() {
        let (set, append, remove) = (Set("X-A", b"1"), Append("x-a", b"2"), Remove("x-A"));
        assert_eq!(told(&[set, remove]), json!({"set": {}, "append": {}, "remove": ["x-a"]}));
        assert_eq!(told(&[remove, set]), json!({"set": {"x-a": "1"}, "append": {}, "remove": []}));
        assert_eq!(told(&[set, append]), json!({"set": {"x-a": "1"}, "append": {"x-a": "2"}, "remove": []}));
        assert_eq!(told(&[append, set]), told(&[set]));
        assert_eq!(told(&[remove, append]), told(&[Set("x-a", b"2")]), "both leave this one value");
        assert_ne!(told(&[append]), told(&[remove, append]), "one keeps what was there");
    }
}
