//! The two users of the demo. Their passwords are public: never use them anywhere else.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::auth_command;
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
    let known = auth_command::output("list the users", &mut auth_command::command(auth, "user", "list", config))?;
    for user in &DEMO_USERS {
        if !known.split_whitespace().any(|word| word == user.name) {
            add(auth, config, user)?;
        }
    }
    Ok(())
}

fn add(auth: &Path, config: &Path, user: &DemoUser) -> Result<(), Failure> {
    let mut command = auth_command::command(auth, "user", "add", config);
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
