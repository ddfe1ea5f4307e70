//! A recorded answer: what of it may be written.
//!
//! Never tells a value that its question withholds: an attribute may repeat a claim.

use serde_json::Value;

use crate::policy::exchange::Exchange;
use crate::policy::facts;
use crate::policy::withheld::{WITHHELD, Withheld};

/// The parts of an answer that hold values by their names.
const NAMED: [&str; 3] = ["attributes", "set", "append"];

/// The answer, with [`WITHHELD`] in place of what may not be told.
pub(super) fn told(mut answer: Value, exchange: &Exchange, withheld: &mut Withheld<'_>) -> Value {
    for part in NAMED {
        let Some(members) = answer.get_mut(part).and_then(Value::as_object_mut) else { continue };
        for (name, value) in members {
            let texts = match value {
                Value::Array(texts) => texts.as_mut_slice(),
                one => std::slice::from_mut(one),
            };
            for text in texts {
                if text.as_str().is_some_and(|text| !withheld.may_tell(name, text)) {
                    *text = WITHHELD.into();
                    withheld.note("answer", &format!("{part}.{name}"));
                }
            }
        }
    }
    let path = answer.get("path").and_then(Value::as_str);
    if path.is_some_and(|path| facts::shown_path(exchange, path) != path || !withheld.may_tell("", path)) {
        answer["path"] = WITHHELD.into();
        withheld.note("answer", "path");
    }
    answer
}
