//! `witgate-auth backup` and `witgate-auth restore`. Never writes over a file, never leaves a part of one behind, and never
//! puts the encryption key into it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;

use super::ConfigArg;
use super::database::{by_cli, open_store_of};
use super::failure::Failure;
use super::output::say;
use crate::access_token::LOGIN_CLIENT;
use crate::store::{BackupFacts, Restoring, check_backup};

/// Mode of a backup: its owner alone.
const BACKUP_MODE: u32 = 0o600;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// A new file, which only its owner can read
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The backup
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Leave sessions open, also those that ended after the backup was taken
    #[arg(long)]
    keep_sessions: bool,
    #[command(flatten)]
    config: ConfigArg,
}

/// Writes a backup while the service runs.
pub(super) async fn backup(args: BackupArgs) -> Result<(), Failure> {
    let store = open_store_of(&args.config.config).await?;
    let cannot = |cause: io::Error| Failure::failed(format!("cannot write {}: {cause}", args.to.display()));
    let file = File::options().write(true).create_new(true).mode(BACKUP_MODE).open(&args.to).map_err(cannot)?;
    let written = async {
        let sink = BufWriter::new(file.try_clone().map_err(cannot)?);
        let facts = store.back_up(Box::new(sink), by_cli()).await?;
        file.sync_all().map_err(cannot)?;
        Ok(facts)
    };
    match written.await {
        Ok(facts) => {
            say(&format!("wrote {}: {}. It does not hold the encryption key", args.to.display(), told(&facts)))
        }
        Err(failure) => {
            // The first error is the one to tell.
            let _ = std::fs::remove_file(&args.to);
            Err(failure)
        }
    }
}

/// The whole file is checked before the database is opened, and again while it is read.
pub(super) async fn restore(args: RestoreArgs) -> Result<(), Failure> {
    check_backup(Box::new(open(&args.from)?))?;
    let store = open_store_of(&args.config.config).await?;
    let how = Restoring { keep_sessions: args.keep_sessions, login_client: LOGIN_CLIENT.to_owned() };
    let facts = store.restore(Box::new(open(&args.from)?), how, by_cli()).await?;
    let sessions = if args.keep_sessions { "sessions were kept" } else { "all sessions have ended" };
    say(&format!("restored {}; {sessions}. The service needs the encryption key of that time", told(&facts)))
}

fn open(path: &Path) -> Result<BufReader<File>, Failure> {
    let opened = File::open(path).map(BufReader::new);
    opened.map_err(|cause| Failure::failed(format!("cannot read {}: {cause}", path.display())))
}

fn told(facts: &BackupFacts) -> String {
    let rows = |table: &str| facts.rows.get(table).copied().unwrap_or(0);
    let all: u64 = facts.rows.values().sum();
    format!("{all} rows, {} users and {} sessions among them", rows("users"), rows("sessions"))
}
