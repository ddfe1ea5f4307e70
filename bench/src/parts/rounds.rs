//! Rows of a table, measured in turn, round after round: a slow moment of the machine hits all of them. Never measures two
//! at once.

use anyhow::{Context, Result};

use crate::programs::Program;
use crate::report::Table;
use crate::sample::{Ask, Sample, median, sample};

/// One row: its name, whom it asks, and what.
pub struct Row<'a> {
    /// as the table shows it
    pub name: String,
    /// who is asked
    pub program: &'a Program,
    /// what
    pub ask: Ask<'a>,
}

/// What was measured of each row, a sample for each round.
pub struct Rounds {
    names: Vec<String>,
    samples: Vec<Vec<Sample>>,
}

/// Measures all rows in each round; each round begins with another row.
///
/// # Errors
/// When the load on one of them fails.
pub fn measure(rows: &[Row<'_>], rounds: usize) -> Result<Rounds> {
    let mut samples = vec![Vec::new(); rows.len()];
    for round in 0..rounds {
        for step in 0..rows.len() {
            let place = (round + step) % rows.len();
            let row = &rows[place];
            samples[place].push(sample(row.program, &row.ask).with_context(|| row.name.clone())?);
        }
        eprintln!("bench: round {} of {rounds}", round + 1);
    }
    Ok(Rounds { names: rows.iter().map(|row| row.name.clone()).collect(), samples })
}

impl Rounds {
    /// The median of a row's samples.
    pub fn median(&self, row: usize, of: impl Fn(&Sample) -> f64) -> f64 {
        median(self.samples[row].iter().map(of))
    }

    /// One row's number over another's, both of the same round: the median of these ratios.
    pub fn ratio(&self, of: usize, to: usize, number: impl Fn(&Sample) -> f64) -> f64 {
        median(self.samples[of].iter().zip(&self.samples[to]).map(|(of, to)| number(of) / number(to)))
    }

    /// The place of a row by its name.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The medians of all rows as a table of the report; `missing` are the peers that are not installed.
    pub fn table(&self, name: &'static str, title: &str, missing: Vec<String>) -> Table {
        let columns = ["requests/s", "p50 us", "p99 us", "p99.9 us", "CPU us/request", "MiB"];
        let columns = columns.map(str::to_owned).to_vec();
        Table { name, title: title.to_owned(), columns, rows: self.table_rows(), missing }
    }

    fn table_rows(&self) -> Vec<(String, Vec<f64>)> {
        let numbers: [fn(&Sample) -> f64; 6] = [
            |sample| sample.rate,
            |sample| sample.p50,
            |sample| sample.p99,
            |sample| sample.p999,
            |sample| sample.cpu,
            |sample| sample.resident,
        ];
        let row = |place: usize| numbers.iter().map(|number| self.median(place, number)).collect();
        self.names.iter().enumerate().map(|(place, name)| (name.clone(), row(place))).collect()
    }
}
