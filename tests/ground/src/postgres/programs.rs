//! PostgreSQL's programs, and who may run them: a server refuses root, so root becomes another user for it. Never looks
//! into the environment for a server to talk to.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::skip::is_installed;

/// Where Debian puts each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Who runs the server when the tests run as root; the first that there is.
const USERS: [&str; 2] = ["postgres", "nobody"];

/// Where the programs are, and the user that runs servers.
pub(super) struct Programs {
    /// Nothing: on the path.
    folder: Option<PathBuf>,
    /// User and group, as numbers; nothing: whoever runs the tests.
    user: Option<(u32, u32)>,
}

impl Programs {
    /// Debian's newest version, or what is on the path; `None` when there is no server.
    pub(super) fn find() -> Option<Programs> {
        let folder = debians_newest();
        if folder.is_none() && !["initdb", "pg_ctl", "psql", "createdb"].into_iter().all(is_installed) {
            return None;
        }
        let user = rustix::process::geteuid().is_root().then(|| unprivileged().expect("a user for the server"));
        Some(Programs { folder, user })
    }

    /// A new temporary folder that belongs to the server's user and is closed to others.
    pub(super) fn own_folder(&self) -> PathBuf {
        let folder = tempfile::Builder::new().prefix("witgate-pg-").tempdir().expect("a folder").keep();
        if let Some((user, group)) = self.user {
            chown(&folder, Some(user), Some(group)).expect("root may give it away");
        }
        folder
    }

    /// A program that works on the data, as the server's user.
    pub(super) fn server(&self, program: &str, folder: &Path) -> Command {
        let [first, rest @ ..] = &self.server_words(program)[..] else { unreachable!("there is a program") };
        clean(Command::new(first), folder, rest)
    }

    /// The words of [`Programs::server`], for a script.
    pub(super) fn server_words(&self, program: &str) -> Vec<String> {
        let mut words = self.user_words();
        words.push(self.path(program));
        words
    }

    /// A program of the system, as the server's user: what it writes belongs to that.
    pub(super) fn foreign(&self, program: &str, folder: &Path) -> Command {
        let mut words = self.user_words();
        words.push(program.to_owned());
        clean(Command::new(&words[0]), folder, &words[1..])
    }

    fn user_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some((user, group)) = self.user {
            let (user, group) = (format!("--reuid={user}"), format!("--regid={group}"));
            words.extend(["setpriv".into(), user, group, "--clear-groups".into(), "--".into()]);
        }
        words
    }

    /// A program that talks to the server.
    pub(super) fn client(&self, program: &str, folder: &Path) -> Command {
        clean(Command::new(self.path(program)), folder, &[])
    }

    fn path(&self, program: &str) -> String {
        let path = self.folder.as_ref().map_or_else(|| program.into(), |folder| folder.join(program));
        path.to_str().expect("a path of Debian is text").to_owned()
    }
}

/// The environment may name a server of the person who runs the tests.
fn clean(mut command: Command, folder: &Path, words: &[String]) -> Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(words);
    command
}

fn debians_newest() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).ok()?.filter_map(Result::ok);
    let with_server = versions.filter(|version| version.path().join("bin/initdb").is_file());
    let number = |version: &fs::DirEntry| version.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
    with_server.max_by_key(number).map(|version| version.path().join("bin"))
}

fn unprivileged() -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = USERS.iter().find_map(|user| users.lines().find(|line| line.starts_with(&format!("{user}:"))))?;
    let mut numbers = line.split(':').skip(2);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
