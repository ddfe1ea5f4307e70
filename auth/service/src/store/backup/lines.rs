//! What the lines of a backup look like: head, tables, rows, tail. Never loses a byte: a value comes back as it was.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::super::value::Value;
use super::RowCounts;
use crate::clock::UnixSeconds;

#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) witgate_auth_backup: i64,
    pub(super) schema: i64,
    pub(super) taken_at: UnixSeconds,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TableHead {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Tail {
    pub(super) rows: RowCounts,
    pub(super) sha256: String,
}

/// A checksum as it is written.
pub(super) fn hex(sum: Sha256) -> String {
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A value of a row.
pub(super) fn json_of(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Bytes(bytes) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

/// The value that was written so; nothing: none was.
pub(super) fn value_of(json: Json) -> Option<Value> {
    match json {
        Json::Null => Some(Value::Null),
        Json::Number(number) => number.as_i64().map(Value::Int),
        Json::String(text) => Some(Value::Text(text)),
        Json::Object(object) if object.len() == 1 => {
            STANDARD.decode(object.get("base64")?.as_str()?).ok().map(Value::Bytes)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::error::StoreError;
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Int),
            any::<String>().prop_map(Value::Text),
            any::<Vec<u8>>().prop_map(Value::Bytes),
        ]
    }

    proptest! {
        #[test]
        fn every_value_comes_back(value in value()) {
            let line = json_of(value.clone()).to_string();
            prop_assert!(!line.contains('\n'));
            prop_assert!(value_of(serde_json::from_str(&line).unwrap()) == Some(value));
        }

        #[test]
        fn no_file_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let read = super::super::check_backup(Box::new(std::io::Cursor::new(bytes)));
            let refused = matches!(read, Err(StoreError::Backup { line: 1, .. }));
            prop_assert!(refused);
        }
    }
}
