//! The report for programs. Never a number that JSON has no word for: what was not measured is `null`.

use serde_json::{Value, json};

use super::{Bound, Promise, Report, Table};

impl Report {
    /// `{"about": [..], "tables": {NAME: {ROW: {COLUMN: number}}}, "promises": [..]}`
    pub fn json(&self) -> Value {
        let tables: serde_json::Map<_, _> =
            self.tables.iter().map(|table| (table.name.to_owned(), table.json())).collect();
        let promises: Vec<Value> = self.promises.iter().map(Promise::json).collect();
        json!({ "about": self.about, "tables": tables, "promises": promises })
    }
}

impl Table {
    fn json(&self) -> Value {
        let row = |numbers: &[f64]| -> Value {
            self.columns
                .iter()
                .cloned()
                .zip(numbers.iter().map(|number| json!(number)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        self.rows.iter().map(|(name, numbers)| (name.clone(), row(numbers))).collect::<serde_json::Map<_, _>>().into()
    }
}

impl Promise {
    fn json(&self) -> Value {
        let (side, bound) = match self.bound {
            Bound::AtLeast(bound) => ("at-least", bound),
            Bound::AtMost(bound) => ("at-most", bound),
        };
        json!({ "what": self.what, side: bound, "measured": self.measured, "kept": self.kept() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_null() {
        let table = Table {
            name: "t",
            columns: vec!["rate".into()],
            rows: vec![("a".into(), vec![f64::NAN])],
            ..Table::default()
        };
        let promise = Promise { what: "w".into(), bound: Bound::AtMost(2.0), measured: None };
        let json = Report { tables: vec![table], promises: vec![promise], ..Report::default() }.json();
        assert_eq!(json["tables"]["t"]["a"]["rate"], Value::Null);
        assert_eq!(json["promises"][0], json!({"what": "w", "at-most": 2.0, "measured": null, "kept": null}));
    }
}
