//! Tables of cases: `[case.matrix]` makes one case for each combination of its values.
//!
//! Never leaves a dimension unused, and never touches braces that name none.

use serde_json::{Map, Value};

use crate::fault::Fault;

/// One dimension: its name and its values.
type Dimension = (String, Vec<Value>);

/// The cases of a template whose `matrix` was taken out of it: one for each combination, at most `most`.
///
/// # Errors
/// When a dimension is empty, unused or no list, or there are too many combinations.
pub(crate) fn spread(template: &Value, matrix: &Map<String, Value>, most: usize) -> Result<Vec<Value>, Fault> {
    let dimensions = matrix.iter().map(|(name, values)| dimension(name, values)).collect::<Result<Vec<_>, _>>()?;
    let many = dimensions.iter().try_fold(1_usize, |many, (_, values)| many.checked_mul(values.len()));
    if many.is_none_or(|many| many > most) {
        let what = format!("the matrix makes more than {most} cases");
        return Err(Fault::new(what, "give its dimensions fewer values").under("matrix"));
    }
    let asked = without_name(template);
    if let Some((unused, _)) = dimensions.iter().find(|(name, _)| !uses(&asked, name)) {
        let remedy = format!("write {{{unused}}} where its value belongs, or remove it");
        return Err(Fault::new("nothing in the case uses this dimension", remedy).under(&format!("matrix.{unused}")));
    }
    combinations(&dimensions).iter().map(|row| filled_case(template, row)).collect()
}

fn dimension(name: &str, values: &Value) -> Result<Dimension, Fault> {
    match values {
        Value::Array(values) if !values.is_empty() => Ok((name.to_owned(), values.clone())),
        _ => Err(Fault::new("a dimension is a list with at least one value", "write it as who = [\"alice\", \"bob\"]")
            .under(&format!("matrix.{name}"))),
    }
}

fn without_name(template: &Value) -> Value {
    let mut asked = template.clone();
    if let Value::Object(members) = &mut asked {
        members.remove("name");
    }
    asked
}

/// One value of one dimension: the name, which value it is (from 1), and the value.
type Cell<'m> = (&'m str, usize, &'m Value);

fn combinations(dimensions: &[Dimension]) -> Vec<Vec<Cell<'_>>> {
    let mut rows: Vec<Vec<Cell<'_>>> = vec![Vec::new()];
    for (name, values) in dimensions {
        let mut longer = Vec::new();
        for row in &rows {
            for (index, value) in values.iter().enumerate() {
                let mut cells = row.clone();
                cells.push((name, index + 1, value));
                longer.push(cells);
            }
        }
        rows = longer;
    }
    rows
}

fn filled_case(template: &Value, row: &[Cell<'_>]) -> Result<Value, Fault> {
    let written = template.get("name").and_then(Value::as_str).unwrap_or_default();
    let mut case = filled(&without_name(template), row)?;
    if let (Value::Object(members), false) = (&mut case, written.is_empty()) {
        members.insert("name".to_owned(), named(written, row)?.into());
    }
    let missing: Vec<String> = row
        .iter()
        .filter(|(name, ..)| !mentions(written, name))
        .map(|cell| format!("{}={}", cell.0, short(cell)))
        .collect();
    if let (false, Some(Value::String(name))) = (missing.is_empty(), case.get_mut("name")) {
        *name = format!("{name} [{}]", missing.join(" "));
    }
    Ok(case)
}

/// A value as a name shows it: what is no scalar is only numbered.
fn short((_, number, value): &Cell<'_>) -> String {
    scalar(value).unwrap_or_else(|| number.to_string())
}

fn filled(value: &Value, row: &[Cell<'_>]) -> Result<Value, Fault> {
    Ok(match value {
        Value::String(text) => whole(text, row).map_or_else(|| filled_text(text, row).map(Value::String), Ok)?,
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, row)).collect::<Result<_, _>>()?),
        Value::Object(members) => {
            let pairs = members.iter().map(|(name, value)| Ok((filled_text(name, row)?, filled(value, row)?)));
            Value::Object(pairs.collect::<Result<_, Fault>>()?)
        }
        other => other.clone(),
    })
}

/// The value itself, with its type, where the text is nothing but its place.
fn whole(text: &str, row: &[Cell<'_>]) -> Option<Value> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    looked_up(inside, row).cloned()
}

/// A name, where a list or a table is only numbered.
fn named(text: &str, row: &[Cell<'_>]) -> Result<String, Fault> {
    let listed = row.iter().filter(|(.., value)| scalar(value).is_none());
    let text = listed
        .fold(text.to_owned(), |text, (name, number, _)| text.replace(&format!("{{{name}}}"), &number.to_string()));
    filled_text(&text, row)
}

fn filled_text(text: &str, row: &[Cell<'_>]) -> Result<String, Fault> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        filled.push_str(before);
        let found = from[1..].find('}').and_then(|close| Some((close + 1, looked_up(&from[1..=close], row)?)));
        let Some((close, value)) = found else {
            filled.push('{');
            rest = &from[1..];
            continue;
        };
        filled.push_str(&scalar(value).ok_or_else(|| {
            let what = format!("a list or a table cannot stand inside the text {text:?}");
            Fault::new(what, format!("let \"{}\" be the whole text, or name a member of it", &from[..=close]))
        })?);
        rest = &from[close + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// What stands for `who`, or for a member of its table: `who.name`.
fn looked_up<'m>(place: &str, row: &[Cell<'m>]) -> Option<&'m Value> {
    row.iter().find_map(|(name, _, value)| {
        let path = place.strip_prefix(name)?;
        if path.is_empty() {
            return Some(*value);
        }
        path.strip_prefix('.')?.split('.').try_fold(*value, |value, member| value.get(member))
    })
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn mentions(text: &str, dimension: &str) -> bool {
    text.contains(&format!("{{{dimension}}}")) || text.contains(&format!("{{{dimension}."))
}

fn uses(value: &Value, dimension: &str) -> bool {
    match value {
        Value::String(text) => mentions(text, dimension),
        Value::Array(items) => items.iter().any(|item| uses(item, dimension)),
        Value::Object(members) => {
            members.iter().any(|(name, value)| mentions(name, dimension) || uses(value, dimension))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cases(template: &Value, matrix: &Value) -> Result<Vec<Value>, String> {
        spread(template, matrix.as_object().expect("a table"), 1000).map_err(|fault| fault.to_string())
    }

    #[test]
    fn each_combination_is_a_case_and_values_keep_their_types() {
        let template = json!({"name": "n", "a": "{x}", "b": {"k/{y}": "is {x} {y} {z}"}});
        let all = cases(&template, &json!({"x": [1, true], "y": ["a", "b"]})).expect("cases");
        let first = json!({"name": "n [x=1 y=a]", "a": 1, "b": {"k/a": "is 1 a {z}"}});
        assert_eq!((all.len(), &all[0]), (4, &first));
        assert_eq!(all[3]["a"], json!(true));
    }

    #[test]
    fn a_name_that_holds_its_dimensions_stays() {
        let all = cases(&json!({"name": "{x} may", "a": "{x}{y}"}), &json!({"x": ["b"], "y": [7]})).expect("cases");
        assert_eq!(all[0]["name"], "b may [y=7]");
    }

    #[test]
    fn a_row_may_be_a_table() {
        let rows = json!({"row": [{"who": "a", "code": 1}, {"who": "b", "code": 2}]});
        let all = cases(&json!({"name": "n", "who": "u-{row.who}", "code": "{row.code}"}), &rows).expect("cases");
        assert_eq!(all[1], json!({"name": "n [row=2]", "who": "u-b", "code": 2}));
        let lists = cases(&json!({"name": "it is {x}", "a": "{x}"}), &json!({"x": [["b"], ["c"]]})).expect("cases");
        assert_eq!((&lists[1]["name"], &lists[1]["a"]), (&json!("it is 2"), &json!(["c"])));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_its_key() {
        let refused = |template: Value, matrix: Value, words: &str| {
            let fault = cases(&template, &matrix).expect_err(words);
            assert!(fault.contains(words), "{fault}");
        };
        refused(json!({"name": "{x}"}), json!({"x": [1]}), "`matrix.x`: nothing in the case uses");
        refused(json!({"a": "{x}"}), json!({"x": []}), "`matrix.x`: a dimension is a list");
        refused(json!({"a": "{x}"}), json!({"x": "y"}), "`matrix.x`: a dimension is a list");
        refused(json!({"a": "v {x}"}), json!({"x": [{}]}), "cannot stand inside the text");
        let wide = json!((0..40).collect::<Vec<_>>());
        refused(json!({"a": "{x}{y}"}), json!({"x": wide, "y": wide}), "more than 1000 cases");
    }
}
