//! System packages that some tests and the benchmark need. Installs only as root on a Debian; elsewhere it only says
//! what is missing. Never fails for a missing package: what needs it skips, or says so itself.

use std::path::Path;
use std::{env, fs};

use crate::step;
use crate::workspace::Workspace;

/// A mirror has bad moments.
const RETRIES: &str = "-oAcquire::Retries=5";

/// Where Debian puts the programs of PostgreSQL.
const POSTGRES_VERSIONS: &str = "/usr/lib/postgresql";

/// A program and the Debian packages that bring it.
pub struct Package {
    /// The program looked for on the path.
    pub program: &'static str,
    /// What `apt-get install` is given.
    pub debian: &'static [&'static str],
    /// What it is for, in words.
    pub purpose: &'static str,
}

/// What the browser tests drive.
pub const BROWSER: [Package; 2] = [
    Package { program: "chromium", debian: &["chromium"], purpose: "the portal's browser test" },
    Package { program: "chromedriver", debian: &["chromium-driver"], purpose: "the portal's browser test" },
];

/// The database of several auth nodes.
pub const DATABASE: [Package; 1] =
    [Package { program: "initdb", debian: &["postgresql"], purpose: "the auth service's tests on PostgreSQL" }];

/// What counts instructions.
pub const COUNTER: [Package; 1] =
    [Package { program: "valgrind", debian: &["valgrind"], purpose: "the count of a request's instructions" }];

/// Installs what is missing where that is possible, and says in one line each what it does.
pub fn ensure(workspace: &Workspace, packages: &[Package]) {
    let missing: Vec<&Package> = packages.iter().filter(|package| !is_installed(package.program)).collect();
    if missing.is_empty() {
        return;
    }
    if !may_install() {
        for package in missing {
            step::say(&format!("{} is missing: {} will be skipped", package.program, package.purpose));
        }
        return;
    }
    refresh_lists(workspace);
    for package in missing {
        install(workspace, package);
    }
}

/// Whether a program is on the path.
pub fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Debian keeps the programs of each PostgreSQL version off the path.
fn is_installed(program: &str) -> bool {
    let versions = fs::read_dir(POSTGRES_VERSIONS).into_iter().flatten().filter_map(Result::ok);
    is_on_path(program) || versions.map(|version| version.path().join("bin")).any(|bin| bin.join(program).is_file())
}

fn may_install() -> bool {
    rustix::process::geteuid().is_root() && Path::new("/etc/debian_version").exists() && is_on_path("apt-get")
}

fn refresh_lists(workspace: &Workspace) {
    let update = || {
        let mut command = step::command(workspace, "apt-get");
        step::run("refreshing apt's package lists (apt-get update)", command.args(["-qq", RETRIES, "update"]))
    };
    if let Err(failure) = step::twice(update) {
        step::say(&failure.to_string());
    }
}

fn install(workspace: &Workspace, package: &Package) {
    let names = package.debian.join(" ");
    let purpose = format!("installing {names} for {} (apt-get install)", package.purpose);
    let install = || {
        let mut command = step::command(workspace, "apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command.args(["-qq", "-y", RETRIES, "--no-install-recommends", "install"]).args(package.debian);
        step::run(&purpose, &mut command)
    };
    if let Err(failure) = step::twice(install) {
        step::say(&failure.to_string());
    }
}
