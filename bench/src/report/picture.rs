//! The picture of a report: requests a second of the first table, a bar for each row. Never shows what a table does not.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::{Report, Table};

const WIDTH: u32 = 960;
const BAR_HEIGHT: u32 = 30;
const MARGIN: u32 = 70;
/// Room for the names, in pixels.
const NAMES: u32 = 300;
const OURS: RGBColor = RGBColor(38, 103, 201);
const THEIRS: RGBColor = RGBColor(160, 166, 176);

impl Report {
    /// An SVG document; nothing where nothing was measured.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn picture(&self) -> Result<Option<String>> {
        let Some(table) = self.tables.first().filter(|table| !table.rows.is_empty()) else { return Ok(None) };
        let mut text = String::new();
        draw(table, &mut text).map_err(|error| anyhow!("draw the picture: {error}"))?;
        Ok(Some(text))
    }
}

fn draw(table: &Table, text: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let count = u32::try_from(table.rows.len())?;
    let area = SVGBackend::with_string(text, (WIDTH, count * BAR_HEIGHT + 2 * MARGIN)).into_drawing_area();
    area.fill(&WHITE)?;
    let rates: Vec<f64> = table.rows.iter().map(|(_, numbers)| numbers.first().copied().unwrap_or_default()).collect();
    let most = rates.iter().copied().fold(1.0, f64::max) * 1.12;
    let mut chart = ChartBuilder::on(&area)
        .caption(&table.title, ("sans-serif", 18))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(NAMES)
        .build_cartesian_2d(0.0..most, (0..count).into_segmented())?;
    let name = |place: &SegmentValue<u32>| match place {
        SegmentValue::CenterOf(place) | SegmentValue::Exact(place) => {
            place_of(*place, count).and_then(|row| table.rows.get(row)).map_or_else(String::new, |row| row.0.clone())
        }
        SegmentValue::Last => String::new(),
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .x_label_formatter(&|rate| format!("{rate:.0}"))
        .y_label_formatter(&name)
        .y_labels(table.rows.len())
        .x_desc("requests a second")
        .label_style(("sans-serif", 13))
        .draw()?;
    for place in 0..count {
        let Some(row) = place_of(place, count) else { continue };
        let color = if table.rows[row].0.starts_with("Witgate") { OURS } else { THEIRS };
        let (low, high) = (SegmentValue::Exact(place), SegmentValue::Exact(place + 1));
        let mut bar = Rectangle::new([(0.0, low), (rates[row], high)], color.filled());
        bar.set_margin(4, 4, 0, 0);
        chart.draw_series([bar])?;
        let label =
            Text::new(format!("{:.0}", rates[row]), (rates[row], SegmentValue::CenterOf(place)), ("sans-serif", 13));
        chart.draw_series([label])?;
    }
    area.present()?;
    Ok(())
}

/// The first row is on top; an axis begins below.
fn place_of(place: u32, count: u32) -> Option<usize> {
    usize::try_from(count.checked_sub(place + 1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_the_picture() {
        let rows = vec![("Witgate, plain".to_owned(), vec![30_000.0]), ("nginx".to_owned(), vec![34_000.0])];
        let report =
            Report { tables: vec![Table { title: "T".into(), rows, ..Table::default() }], ..Report::default() };
        let text = report.picture().expect("drawn").expect("a picture");
        for word in ["<svg", "Witgate, plain", "nginx", "34000"] {
            assert!(text.contains(word), "{word} is missing in {text}");
        }
    }
}
