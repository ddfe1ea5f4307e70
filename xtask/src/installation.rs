//! Packages of npm and PyPI that tests need, each set put into a folder of its own below `target/`, once for each content
//! of its lock file. Never writes into the source tree, and never fails: a test that lacks them skips.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Doing, Failure};
use crate::packages::{self, Package};
use crate::step;
use crate::workspace::Workspace;

const PURPOSE: &str = "tests with programs of others";

/// The oldest Node.js that the npm packages run on.
const NODE_AT_LEAST: (u32, u32) = (20, 19);

const PROGRAMS: [Package; 3] = [
    Package { program: "node", debian: &["nodejs"], purpose: PURPOSE },
    Package { program: "npm", debian: &["npm"], purpose: PURPOSE },
    Package { program: "python3", debian: &["python3", "python3-venv"], purpose: PURPOSE },
];

/// Debian has `venv` in a package of its own, so python3 on the path does not say that it is there.
const VENV: Package = Package { program: "python3-venv", debian: &["python3-venv"], purpose: PURPOSE };

/// Set-up that is done once for each content of its lock file.
pub struct Installation {
    /// The folder below `target`.
    pub folder: &'static str,
    /// The file that says what is installed, from the root.
    pub lock: &'static str,
    /// What it is for, in words.
    pub purpose: &'static str,
    /// Whose packages they are.
    pub from: Registry,
}

/// Where packages come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// npm; `package.json` and `.npmrc` lie beside the lock file.
    Npm,
    /// PyPI, into a virtual environment.
    Python,
}

impl Installation {
    /// Installs what is missing or out of date; says what could not be done.
    pub fn ensure(&self, workspace: &Workspace) {
        // below the root, where the tests look, also when CARGO_TARGET_DIR moves the programs
        let folder = workspace.root().join("target").join(self.folder);
        let lock = workspace.root().join(self.lock);
        if is_done(&folder, &lock) {
            return;
        }
        let installed = match self.from {
            Registry::Npm => install_npm(workspace, self, &lock, &folder),
            Registry::Python => install_python(workspace, self, &lock, &folder),
        };
        let stamped = installed
            .and_then(|()| fs::copy(&lock, stamp(&folder)).doing("say that the installation is done").map(|_| ()));
        if let Err(failure) = stamped {
            step::say(&format!("{failure}: {} will be skipped", self.purpose));
        }
    }
}

/// The stamp is a copy of the lock file: another content is another installation.
fn is_done(folder: &Path, lock: &Path) -> bool {
    matches!((fs::read(stamp(folder)), fs::read(lock)), (Ok(done), Ok(wanted)) if done == wanted)
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("installed")
}

fn install_npm(workspace: &Workspace, what: &Installation, lock: &Path, folder: &Path) -> Result<(), Failure> {
    packages::ensure(workspace, &PROGRAMS[..2]);
    refuse_old_node(workspace)?;
    step::twice(|| npm_ci(workspace, what, lock, folder))
}

fn npm_ci(workspace: &Workspace, what: &Installation, lock: &Path, folder: &Path) -> Result<(), Failure> {
    begin_anew(folder)?;
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(lock.with_file_name(name), folder.join(name)).doing(format_args!("copy {name}"))?;
    }
    let mut npm = step::command(workspace, "npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=5", "--loglevel=error"])
        .current_dir(folder);
    step::run(&format!("installing {} for {} (npm ci)", what.lock, what.purpose), &mut npm)
}

fn install_python(workspace: &Workspace, what: &Installation, lock: &Path, folder: &Path) -> Result<(), Failure> {
    packages::ensure(workspace, &PROGRAMS[2..]);
    if !has_venv(workspace) {
        packages::ensure(workspace, &[VENV]);
    }
    step::twice(|| pip_install(workspace, what, lock, folder))
}

fn pip_install(workspace: &Workspace, what: &Installation, lock: &Path, folder: &Path) -> Result<(), Failure> {
    begin_anew(folder)?;
    let mut venv = step::command(workspace, "python3");
    step::run("making a Python environment (python3 -m venv)", venv.args(["-m", "venv"]).arg(folder))?;
    let mut pip = Command::new(folder.join("bin").join("python"));
    pip.current_dir(workspace.root()).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--retries=8",
        "--disable-pip-version-check",
    ]);
    step::run(&format!("installing {} for {} (pip install)", what.lock, what.purpose), pip.arg("-r").arg(lock))
}

/// Debian 12 has Node.js 18, which cannot run the packages.
fn refuse_old_node(workspace: &Workspace) -> Result<(), Failure> {
    let output = step::command(workspace, "node").arg("--version").output().doing("ask node for its version")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = node_version(&text).ok_or_else(|| Failure::new(format!("node's version is unclear: {text}")))?;
    let (major, minor) = NODE_AT_LEAST;
    match version >= NODE_AT_LEAST {
        true => Ok(()),
        false => Err(Failure::new(format!("Node.js {} is older than {major}.{minor}", text.trim()))),
    }
}

fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn has_venv(workspace: &Workspace) -> bool {
    let output = step::command(workspace, "python3").args(["-c", "import ensurepip, venv"]).output();
    output.is_ok_and(|output| output.status.success())
}

fn begin_anew(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).doing(format_args!("remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).doing(format_args!("create {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_lock_file_is_another_installation() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let lock = folder.path().join("lock");
        fs::write(&lock, "one").expect("a lock file");
        assert!(!is_done(folder.path(), &lock), "nothing was installed");
        fs::copy(&lock, stamp(folder.path())).expect("a stamp");
        assert!(is_done(folder.path(), &lock));
        fs::write(&lock, "two").expect("a lock file");
        assert!(!is_done(folder.path(), &lock), "what was installed is out of date");
    }

    #[test]
    fn node_says_its_version() {
        assert_eq!(node_version("v20.19.5\n"), Some((20, 19)));
        assert!(node_version("v18.20.4") < Some(NODE_AT_LEAST));
        assert_eq!(node_version("nonsense"), None);
    }
}
