//! The few kinds of values that both databases store, and the rows that come back. Never knows a table.

use super::error::StoreError;

/// One value of a statement or a row. Times are whole seconds; flags are 0 and 1.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Value {
    /// SQL's NULL.
    #[default]
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row, read by position. Each column can be taken once.
pub struct Row(pub(super) Vec<Value>);

impl Row {
    /// The value of a column, as a type that fits it.
    pub fn take<T: FromValue>(&mut self, column: usize) -> Result<T, StoreError> {
        let value = self.0.get_mut(column).map(std::mem::take).unwrap_or_default();
        T::from_value(value).ok_or_else(|| StoreError::Failed(format!("column {column} holds another type")))
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// `None` when the value is of another type.
    fn from_value(value: Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Option<i64> {
        if let Value::Int(number) = value { Some(number) } else { None }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Option<bool> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Option<String> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Option<Vec<u8>> {
        if let Value::Bytes(bytes) = value { Some(bytes) } else { None }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value) -> Option<[u8; N]> {
        Vec::from_value(value)?.try_into().ok()
    }
}

/// A JSON list of strings in a text column.
impl FromValue for Vec<String> {
    fn from_value(value: Value) -> Option<Vec<String>> {
        serde_json::from_str(&String::from_value(value)?).ok()
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Option<T>> {
        if value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Int(flag.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Value {
        Value::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Value {
        Value::Bytes(bytes.to_vec())
    }
}

/// A list of strings is stored as JSON.
impl From<&[String]> for Value {
    fn from(list: &[String]) -> Value {
        Value::Text(serde_json::to_string(list).expect("a list of strings is JSON"))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// The values of a statement, in the order of its `$1`, `$2`, ...
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::value::Value::from($value)),*] };
}

pub(super) use values;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went_in() {
        let list = ["a".to_owned(), "b c".to_owned()];
        let mut row = Row(vec![7.into(), "x".into(), Value::from(&[1_u8; 3]), Value::from(&list[..]), Value::Null]);
        assert_eq!(row.take::<i64>(0).unwrap(), 7);
        assert_eq!(row.take::<String>(1).unwrap(), "x");
        assert_eq!(row.take::<[u8; 3]>(2).unwrap(), [1; 3]);
        assert_eq!(row.take::<Vec<String>>(3).unwrap(), list);
        assert_eq!(row.take::<Option<String>>(4).unwrap(), None);
    }

    #[test]
    fn another_type_is_an_error() {
        assert!(Row(vec![7.into()]).take::<String>(0).is_err());
        assert!(Row(vec![Value::from(&[1_u8; 3])]).take::<[u8; 4]>(0).is_err());
        assert!(Row(vec![]).take::<i64>(0).is_err());
    }
}
