//! Who the demo's gateway and services are at the auth service: each a client of its own, so that each can follow the
//! feed of revocations. Never shows a secret: they lie in files that only their owner can read.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::auth_command;
use crate::failure::{Doing, Failure};
use crate::workspace::Workspace;

/// The client ids; the secret of each lies in the state folder.
pub const CLIENTS: [&str; 4] = ["gateway", "orders", "inventory", "portal"];

/// What they may: hear what was revoked, and ask about one token.
const SCOPES: [&str; 2] = ["revocations:read", "tokens:introspect"];

/// Where the secret of a client lies.
pub fn secret_file(state: &Path, id: &str) -> PathBuf {
    state.join(format!("{id}.secret"))
}

/// Registers those clients that are missing.
pub fn ensure(auth: &Path, config: &Path, state: &Path) -> Result<(), Failure> {
    let listed = auth_command::output("list the clients", &mut auth_command::command(auth, "client", "list", config))?;
    for id in CLIENTS {
        let (file, is_known) = (secret_file(state, id), is_listed(&listed, id));
        match (is_known, file.exists()) {
            (true, true) => continue,
            (true, false) => return Err(lost(state, &file)),
            // The database was deleted, and what is in the file is nobody's secret any more.
            (false, true) => fs::remove_file(&file).doing(format_args!("remove {}", file.display()))?,
            (false, false) => {}
        }
        add(auth, config, id, &file)?;
    }
    Ok(())
}

/// Puts the gateway's secret where `gateway.toml` says: that file knows no state folder.
pub fn hand_to_gateway(workspace: &Workspace, state: &Path) -> Result<(), Failure> {
    let place = workspace.gateway_secret();
    let folder = place.parent().unwrap_or(&place);
    fs::create_dir_all(folder).doing(format_args!("create {}", folder.display()))?;
    put(&secret_file(state, "gateway"), &place).doing(format_args!("write {}", place.display()))
}

/// Copies a file into its place at once: a gateway that reads there meanwhile gets the old one or the new one, whole.
fn put(file: &Path, place: &Path) -> io::Result<()> {
    let beside = place.with_extension("new");
    fs::copy(file, &beside)?;
    fs::rename(&beside, place)
}

fn add(auth: &Path, config: &Path, id: &str, file: &Path) -> Result<(), Failure> {
    let mut command = auth_command::command(auth, "client", "add", config);
    command.args([id, "--id", id, "--secret-file"]).arg(file);
    command.args(SCOPES.iter().flat_map(|scope| ["--scope", scope]));
    auth_command::output(&format!("register the client {id}"), &mut command).map(|_id| ())
}

/// Whether the auth service's list names this id.
pub fn is_listed(listed: &str, id: &str) -> bool {
    listed.lines().any(|line| line.split('\t').next() == Some(id))
}

fn lost(state: &Path, file: &Path) -> Failure {
    let (file, state) = (file.display(), state.display());
    Failure::new(format!("the secret in {file} is gone, and nobody has it. Delete {state} to begin anew."))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_secret_changes_at_once() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let (file, place) = (folder.path().join("state"), folder.path().join("gateway.secret"));
        fs::write(&place, "old").expect("the old one");
        fs::write(&file, "new").expect("the new one");
        let mut reader = fs::File::open(&place).expect("a gateway that reads");
        put(&file, &place).expect("put");
        let mut read = String::new();
        reader.read_to_string(&mut read).expect("readable");
        assert_eq!(read, "old", "what was opened before is whole");
        assert_eq!(fs::read_to_string(&place).expect("the secret"), "new");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing lies beside it");
    }

    #[test]
    fn a_client_is_known_by_its_whole_id() {
        let listed = "gateway-2\tenabled\tgateway\trevocations:read\norders\tenabled\torders\trevocations:read\n";
        assert!(is_listed(listed, "orders"));
        assert!(!is_listed(listed, "gateway"));
    }

    #[test]
    fn the_gateway_configuration_of_the_demo_names_the_gateway_and_its_secret() {
        let text = include_str!("../../gateway.toml");
        let file = Workspace::locate().gateway_secret();
        let written = file.strip_prefix(Workspace::locate().root()).expect("below the root").display().to_string();
        assert!(text.contains("client-id = \"gateway\"") && text.contains(&format!("\"{written}\"")), "{written}");
    }
}
