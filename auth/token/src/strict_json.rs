//! A JSON reader that refuses duplicate names at any depth and bounds the depth (RFC 8259 section 4, RFC 7515 section 4).
//!
//! Never keeps the last of two equal names: two readers of one document must not see different values.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Deepest nesting of arrays and objects that is read.
pub(crate) const MAX_DEPTH: usize = 32;

/// The bytes are no strict JSON object. Says nothing about the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotStrictObject;

/// Reads exactly one JSON object with unique names at every depth, and nothing after it.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, NotStrictObject> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader).map_err(|_| NotStrictObject)?;
    reader.end().map_err(|_| NotStrictObject)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(NotStrictObject),
    }
}

/// One value at a depth. serde_json itself reads the grammar; this only refuses.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom("nested too deep"));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON with unique names")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inside)?;
            if object.insert(name, value).is_some() {
                return Err(de::Error::custom("a name appears twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn duplicates_are_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[{"b":1},{"c":[{"d":0,"d":0}]}]}"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            assert_eq!(object(text.as_bytes()), Err(NotStrictObject), "{text}");
        }
    }

    #[test]
    fn only_one_object_is_read() {
        for text in
            ["", "null", "[]", "[{}]", "1", "\"a\"", "{} {}", "{}x", "{,}", "{\"a\":1,}", "{'a':1}", "\u{feff}{}"]
        {
            assert_eq!(object(text.as_bytes()), Err(NotStrictObject), "{text}");
        }
        assert_eq!(object(b"{\"a\":\xff}"), Err(NotStrictObject));
        assert_eq!(object(b"{\"a\":\"\xff\"}"), Err(NotStrictObject));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(object(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert_eq!(object(nested(MAX_DEPTH).as_bytes()), Err(NotStrictObject));
        assert_eq!(object(nested(100_000).as_bytes()), Err(NotStrictObject));
    }

    proptest! {
        /// What the strict reader accepts, it reads as serde_json does.
        #[test]
        fn agrees_with_serde_json(text in r#"\{("[ab]":(1|-2|1\.5|"x"|null|true|\[\]|\{"[ab]":0\}),?){0,3}\}"#) {
            if let Ok(members) = object(text.as_bytes()) {
                let loose: Value = serde_json::from_str(&text).expect("the strict set is inside the loose one");
                prop_assert_eq!(Value::Object(members), loose);
            }
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = object(&bytes);
        }
    }
}
