//! A cases.toml as text, read into cases.
//!
//! Never passes an empty file, a name that stands twice, or a key that nobody knows.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use crate::case::Case;
use crate::fault::Fault;
use crate::matrix;

/// How many cases a file may have, once every matrix is spread.
pub const MOST_CASES: usize = 1000;

/// What an expected outcome may be.
const OUTCOMES: [&str; 9] =
    ["authenticated", "anonymous", "allow", "abstain", "to", "default", "forward", "response", "refused"];

/// The cases of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// the config of cases without their own
    pub config: Option<Value>,
    /// in the order of the file; at least one
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    config: Option<toml::Value>,
    #[serde(default)]
    case: Vec<Spanned<toml::Table>>,
}

impl File {
    /// Reads the text of a cases.toml.
    ///
    /// # Errors
    /// The first fault, with its place and what to do.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let written: Written = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        let config = written.config.as_ref().map(json).transpose()?;
        let mut cases = Vec::new();
        for table in &written.case {
            let line = line_of(text, table.span().start);
            let room = MOST_CASES - cases.len();
            cases.extend(cases_of(table.get_ref(), room).map_err(|fault| fault.at(line))?);
        }
        if cases.is_empty() {
            return Err(Fault::new("the file has no case", "add one that begins with [[case]]"));
        }
        let mut names = BTreeSet::new();
        match cases.iter().find(|case| !names.insert(&case.name)) {
            Some(twin) => {
                let what = format!("two cases have the name {:?}", twin.name);
                Err(Fault::new(what, "give each a name of its own"))
            }
            None => Ok(Self { config, cases }),
        }
    }

    /// The config of a case as JSON: its own, or the file's, or an empty table.
    pub fn config_of(&self, case: &Case) -> String {
        case.config.as_ref().or(self.config.as_ref()).map_or_else(|| "{}".to_owned(), Value::to_string)
    }
}

fn cases_of(table: &toml::Table, room: usize) -> Result<Vec<Case>, Fault> {
    let name = table.get("name").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let named = |fault: Fault| if name.is_empty() { fault } else { fault.of_case(&name) };
    let mut template = json(&toml::Value::Table(table.clone())).map_err(named)?;
    let matrix = template.as_object_mut().and_then(|members| members.remove("matrix"));
    let spread = match matrix {
        None => vec![template],
        Some(Value::Object(matrix)) => matrix::spread(&template, &matrix, MOST_CASES).map_err(named)?,
        Some(_) => {
            let fault = Fault::new("a matrix is a table of lists", "write [case.matrix] and below it who = [\"a\"]");
            return Err(named(fault.under("matrix")));
        }
    };
    if spread.len() > room {
        let what = format!("the file has more than {MOST_CASES} cases");
        return Err(named(Fault::new(what, "split it, or give its matrices fewer values")));
    }
    spread.into_iter().map(|case| typed(case).map_err(named)).collect()
}

fn typed(case: Value) -> Result<Case, Fault> {
    let case: Case = serde_path_to_error::deserialize(case).map_err(|error| {
        let key = error.path().to_string();
        let fault = Fault::new(error.inner().to_string(), "docs/testing-policies.md has every key");
        if key == "." { fault } else { fault.under(&key) }
    })?;
    let outcome = case.expect.outcome.as_deref();
    let fault = match (outcome, &case.expect.fault) {
        (Some(word), None) if OUTCOMES.contains(&word) => return Ok(case),
        (None, Some(_)) => return Ok(case),
        (Some(word), None) => {
            Fault::new(format!("{word:?} is no outcome"), format!("known are {}", OUTCOMES.join(", ")))
        }
        _ => Fault::new("expects an `outcome` or a `fault`, and not both", "write expect = { outcome = \"allow\" }"),
    };
    Err(fault.under("expect"))
}

/// TOML's dates become text; numbers that are none have no JSON.
fn json(value: &toml::Value) -> Result<Value, Fault> {
    Ok(match value {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => serde_json::Number::from_f64(*number)
            .map(Value::Number)
            .ok_or_else(|| Fault::new(format!("{number} has no JSON"), "write a finite number"))?,
        toml::Value::Boolean(flag) => (*flag).into(),
        toml::Value::Datetime(when) => when.to_string().into(),
        toml::Value::Array(items) => Value::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        toml::Value::Table(members) => {
            let pairs = members.iter().map(|(name, value)| Ok((name.clone(), json(value)?)));
            Value::Object(pairs.collect::<Result<Map<_, _>, Fault>>()?)
        }
    })
}

fn syntax(text: &str, error: &toml::de::Error) -> Fault {
    let message = error.message().trim();
    let remedy = if message.starts_with("unknown field") {
        "a file has [config] and [[case]] tables, and nothing else"
    } else {
        "correct the TOML there"
    };
    let fault = Fault::new(message, remedy);
    match error.span() {
        Some(span) => fault.at(line_of(text, span.start)),
        None => fault,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests;
