//! Why an expression failed, in words for the operator's log.
//!
//! Never shows a value of the request: the crate's own messages do, and a claim may be in them.
use cel::{ExecutionError, ParseErrors};

/// What went wrong while the expression ran. A key is named only where the expression itself spells it.
pub fn of_failure(error: &ExecutionError, expression: &str) -> String {
    match error {
        ExecutionError::NoSuchKey(key) if expression.contains(key.as_str()) => format!("there is no `{key}`"),
        ExecutionError::NoSuchKey(_) => "there is no such key".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "an index is past the end of its list".to_owned(),
        // names the function and the types, never a value
        ExecutionError::NoSuchOverload(overload) => overload.to_string(),
        ExecutionError::UndeclaredReference(name) => format!("`{name}` takes no such arguments"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "a division by zero".to_owned(),
        ExecutionError::Overflow(..) => "a number is out of range".to_owned(),
        ExecutionError::FunctionError { function, .. } => format!("`{function}` cannot take this value"),
        ExecutionError::UnexpectedType { got, want } => format!("a {got} where {want} is needed"),
        _ => "an operator cannot take these values".to_owned(),
    }
}

/// What is wrong with the expression's text: the first fault, with its line and column.
pub fn of_syntax(errors: &ParseErrors) -> String {
    errors.errors.first().map_or_else(
        || "cannot be read".to_owned(),
        |error| {
            let sentence = error.msg.lines().next().unwrap_or_default();
            format!("line {}, column {}: {sentence}", error.pos.0, error.pos.1)
        },
    )
}
