//! `witgate-auth audit export`: the audit log as NDJSON on stdout, also while the service runs. Never keeps more than one
//! page in memory, and never changes the log.

use std::io::Write;
use std::pin::pin;

use clap::{Args, Subcommand};
use futures_util::TryStreamExt as _;

use super::ConfigArg;
use super::database::open_store_of;
use super::failure::Failure;
use crate::audit_export::export;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Print the rows of the audit log, oldest first, one JSON object a line
    Export(ExportArgs),
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Only rows with a greater `id`, to go on after an export before
    #[arg(long, value_name = "ID", default_value_t = 0)]
    after: i64,
    #[command(flatten)]
    config: ConfigArg,
}

/// Does one of the audit commands.
pub(super) async fn audit(command: AuditCommand) -> Result<(), Failure> {
    let AuditCommand::Export(args) = command;
    let store = open_store_of(&args.config.config).await?;
    let mut pages = pin!(export(store, args.after));
    while let Some(page) = pages.try_next().await? {
        std::io::stdout().write_all(&page).map_err(Failure::failed)?;
    }
    Ok(())
}
