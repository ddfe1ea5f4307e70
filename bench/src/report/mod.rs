//! What was measured, as a reader and as a program want it: Markdown, JSON and a picture. Never a number without its unit.

mod json;
mod markdown;
mod picture;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A whole run.
#[derive(Debug, Default)]
pub struct Report {
    /// the machine, the programs' versions, the load: one sentence each
    pub about: Vec<String>,
    /// what was measured
    pub tables: Vec<Table>,
    /// what it should show
    pub promises: Vec<Promise>,
}

/// One part of a run.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// a name for programs
    pub name: &'static str,
    /// a sentence for readers
    pub title: String,
    /// what the numbers of a row are, with their unit
    pub columns: Vec<String>,
    /// what was measured, and its numbers; one that is not a number was not measured
    pub rows: Vec<(String, Vec<f64>)>,
    /// rows that could not be measured, and why
    pub missing: Vec<String>,
}

/// A bound that a number should keep.
#[derive(Debug, Clone)]
pub struct Promise {
    /// in words
    pub what: String,
    /// the bound
    pub bound: Bound,
    /// what was measured; nothing where it was not
    pub measured: Option<f64>,
}

/// From which side a number is bounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// it is so much or more
    AtLeast(f64),
    /// it is so much or less
    AtMost(f64),
}

impl Promise {
    /// Whether it was kept; nothing where it was not measured.
    pub fn kept(&self) -> Option<bool> {
        self.measured.map(|measured| match self.bound {
            Bound::AtLeast(bound) => measured >= bound,
            Bound::AtMost(bound) => measured <= bound,
        })
    }
}

impl Report {
    /// Writes `report.md`, `report.json` and `report.svg` into a folder.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let write = |name: &str, text: String| {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("write {}", path.display()))
        };
        write("report.md", self.markdown())?;
        write("report.json", self.json().to_string())?;
        if let Some(picture) = self.picture()? {
            write("report.svg", picture)?;
        }
        Ok(())
    }
}
