//! The two users of the demo. Their passwords are public: never use them anywhere else.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Doing, Failure};

/// A user to create.
pub struct DemoUser {
    /// The name to sign in with.
    pub name: &'static str,
    /// A password that everyone knows.
    pub password: &'static str,
    /// What the user may do.
    pub role: &'static str,
    /// Whose user it is.
    pub tenant: &'static str,
}

/// Alice buys; Bob works at the shop.
pub const DEMO_USERS: [DemoUser; 2] = [
    DemoUser { name: "alice", password: "wonderland-demo", role: "customer", tenant: "acme" },
    DemoUser { name: "bob", password: "builder-demo", role: "staff", tenant: "globex" },
];

/// Creates those of the demo's users that are missing.
pub fn ensure(auth: &Path, config: &Path) -> Result<(), Failure> {
    let known = list(auth, config)?;
    for user in &DEMO_USERS {
        if !known.split_whitespace().any(|word| word == user.name) {
            add(auth, config, user)?;
        }
    }
    Ok(())
}

fn list(auth: &Path, config: &Path) -> Result<String, Failure> {
    let output = command(auth, "list", config).output().doing("list the users")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("could not list the users: {}", errors.trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn add(auth: &Path, config: &Path, user: &DemoUser) -> Result<(), Failure> {
    let mut command = command(auth, "add", config);
    command.args([user.name, "--role", user.role, "--tenant", user.tenant, "--password-stdin"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .doing(format_args!("add the user {}", user.name))?;
    if let Some(mut input) = child.stdin.take() {
        writeln!(input, "{}", user.password).doing("hand over the password")?;
    }
    let status = child.wait().doing("wait for witgate-auth")?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("adding the user {} failed: {status}", user.name))) }
}

fn command(auth: &Path, verb: &str, config: &Path) -> Command {
    let mut command = Command::new(auth);
    command.args(["user", verb, "--config"]).arg(config);
    command
}
