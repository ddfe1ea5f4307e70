//! What the tests compare Witgate with: npm packages and a Python environment, installed below `target/oracles` from
//! the lock files in `tests/oracles/`. Never writes into the source tree, and never fails: a test that lacks them skips.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Doing, Failure};
use crate::packages::{self, Package};
use crate::step;
use crate::workspace::Workspace;

const PURPOSE: &str = "the comparison with foreign issuers, verifiers and clients";

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
struct Installation {
    /// The folder below `target/oracles`.
    name: &'static str,
    /// The file of `tests/oracles/` that says what is installed.
    lock: &'static str,
    install: fn(&Workspace, &Path, &Path) -> Result<(), Failure>,
}

const INSTALLATIONS: [Installation; 3] = [
    Installation { name: "node", lock: "package-lock.json", install: install_node },
    Installation { name: "venv", lock: "requirements.txt", install: install_venv },
    Installation { name: "schemathesis", lock: "schemathesis.txt", install: install_schemathesis },
];

/// Installs what is missing or out of date; says what could not be done.
pub fn ensure(workspace: &Workspace) {
    let sources = workspace.root().join("tests").join("oracles");
    for one in &INSTALLATIONS {
        // below the root, where the tests look, also when CARGO_TARGET_DIR moves the programs
        let folder = workspace.root().join("target").join("oracles").join(one.name);
        if is_done(&folder, &sources.join(one.lock)) {
            continue;
        }
        let installed = (one.install)(workspace, &sources, &folder).and_then(|()| {
            fs::copy(sources.join(one.lock), stamp(&folder)).doing("say that the installation is done").map(|_| ())
        });
        if let Err(failure) = installed {
            step::say(&format!("{failure}: {PURPOSE} will be skipped"));
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

fn install_node(workspace: &Workspace, sources: &Path, folder: &Path) -> Result<(), Failure> {
    packages::ensure(workspace, &PROGRAMS[..2]);
    refuse_old_node(workspace)?;
    begin_anew(folder)?;
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(sources.join(name), folder.join(name)).doing(format_args!("copy {name}"))?;
    }
    let mut npm = step::command(workspace, "npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=5", "--loglevel=error"])
        .current_dir(folder);
    step::run("installing jose, oidc-provider and openid-client for the tests (npm ci)", &mut npm)
}

fn install_venv(workspace: &Workspace, sources: &Path, folder: &Path) -> Result<(), Failure> {
    make_venv(workspace, &sources.join("requirements.txt"), folder)
}

fn install_schemathesis(workspace: &Workspace, sources: &Path, folder: &Path) -> Result<(), Failure> {
    make_venv(workspace, &sources.join("schemathesis.txt"), folder)
}

fn make_venv(workspace: &Workspace, lock: &Path, folder: &Path) -> Result<(), Failure> {
    packages::ensure(workspace, &PROGRAMS[2..]);
    if !has_venv(workspace) {
        packages::ensure(workspace, &[VENV]);
    }
    begin_anew(folder)?;
    let mut venv = step::command(workspace, "python3");
    step::run("making a Python environment for the tests (python3 -m venv)", venv.args(["-m", "venv"]).arg(folder))?;
    let mut pip = Command::new(folder.join("bin").join("python"));
    pip.current_dir(workspace.root()).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--retries=8",
        "--disable-pip-version-check",
    ]);
    let packages = lock.file_stem().unwrap_or_default().display();
    step::run(&format!("installing {packages} for the tests (pip install)"), pip.arg("-r").arg(lock))
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

    #[test]
    fn the_lock_file_names_no_registry() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root of the workspace");
        let lock = fs::read_to_string(root.join("tests/oracles/package-lock.json")).expect("the lock file");
        assert!(lock.contains("\"integrity\"") && !lock.contains("\"resolved\""), "see tests/oracles/.npmrc");
    }
}
