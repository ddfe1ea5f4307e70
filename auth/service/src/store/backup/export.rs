//! Writing a backup: table by table, page by page, all on one state of the database. Never holds more than a page.

use std::io::Write;

use super::super::error::StoreError;
use super::super::statements::Tx;
use super::RowCounts;
use super::tables::{Table, tables};
use super::writer::Writer;
use crate::clock::UnixSeconds;

/// Rows that are read at once.
const PAGE: usize = 500;

/// Writes everything; how many rows.
pub(super) async fn all(
    tx: &mut Tx<'_>,
    sink: Box<dyn Write + Send>,
    taken_at: UnixSeconds,
) -> Result<RowCounts, StoreError> {
    let mut writer = Writer::open(sink, taken_at)?;
    for table in tables() {
        writer.table(table)?;
        rows(tx, &mut writer, table).await?;
    }
    writer.close()
}

async fn rows(tx: &mut Tx<'_>, writer: &mut Writer, table: &'static Table) -> Result<(), StoreError> {
    let mut after = table.start.clone();
    loop {
        let key = after.len();
        after.push((PAGE as i64).into());
        let page = tx.query(&table.page, &after).await?;
        let is_last = page.len() < PAGE;
        if let Some(last) = page.last() {
            after = last.0[..key].to_vec();
        }
        for row in page {
            writer.row(table, row)?;
        }
        if is_last {
            return Ok(());
        }
    }
}
