//! The users of a test's stack. Never created past the auth service's own command.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::programs;

/// A user that a stack has.
pub struct User {
    /// The name to sign in with.
    pub name: &'static str,
    /// The password.
    pub password: &'static str,
    /// The one role.
    pub role: &'static str,
    /// The tenant attribute.
    pub tenant: &'static str,
}

/// A customer, another customer, and one of the staff.
pub const USERS: [User; 3] = [
    User { name: "alice", password: "alice's own password", role: "customer", tenant: "acme" },
    User { name: "carol", password: "carol's own password", role: "customer", tenant: "initech" },
    User { name: "bob", password: "bob's own password", role: "staff", tenant: "globex" },
];

/// The user of this name.
pub fn named(name: &str) -> &'static User {
    USERS.iter().find(|user| user.name == name).unwrap_or_else(|| panic!("no test user is called {name}"))
}

/// Creates all users.
pub fn add_all(config: &Path) {
    for user in &USERS {
        add(config, user);
    }
}

/// Creates one.
pub fn add(config: &Path, user: &User) {
    let mut command = Command::new(programs::program("witgate-auth"));
    command.args(["user", "add", user.name, "--role", user.role, "--tenant", user.tenant, "--password-stdin"]);
    command.arg("--config").arg(config).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().expect("witgate-auth user add");
    let mut input = child.stdin.take().expect("a piped stdin");
    writeln!(input, "{}", user.password).expect("a password handed over");
    drop(input);
    assert!(child.wait().expect("an exit status").success(), "witgate-auth user add {} failed", user.name);
}
