//! `cargo xtask demo`: builds and runs the whole system on loopback until Ctrl-C. Never for production: the users'
//! passwords are printed, and everything speaks plain HTTP.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::failure::{Doing, Failure};
use crate::interrupt::Interrupt;
use crate::roles::{self, DEMO_PORTS, Role};
use crate::stack::Stack;
use crate::users::{self, DEMO_USERS};
use crate::workspace::Workspace;
use crate::{build, clients, sign_in_client, step, toolchain};

/// Between two looks at whether a program died.
const WATCH_INTERVAL: Duration = Duration::from_millis(500);

/// Runs with its state in `state` until a signal comes or a program dies.
pub fn run(workspace: &Workspace, state: &Path) -> Result<(), Failure> {
    let ports = DEMO_PORTS;
    roles::refuse_taken(&[
        ("gateway", ports.gateway),
        ("gateway's admin listener", ports.admin),
        ("auth service", ports.auth),
        ("orders service", ports.orders),
        ("inventory service", ports.inventory),
        ("portal", ports.portal),
    ])?;
    toolchain::ensure_wasm_target(workspace)?;
    build::plugins(workspace)?;
    build::programs(workspace)?;
    let stop = Interrupt::listen()?;
    let mut stack = Stack::default();
    start_all(workspace, state, &mut stack, &stop)?;
    println!("{}", welcome(state));
    let outcome = watch(&mut stack, &stop);
    step::say("stopping");
    stack.stop();
    step::say("stopped");
    outcome
}

fn start_all(workspace: &Workspace, state: &Path, stack: &mut Stack, stop: &Interrupt) -> Result<(), Failure> {
    let logs = state.join("logs");
    fs::create_dir_all(&logs).doing(format_args!("create {}", logs.display()))?;
    step::say(&format!("state and logs are in {} (delete it to begin anew)", state.display()));
    let auth_toml = state.join("auth.toml");
    fs::write(&auth_toml, roles::auth_toml(&DEMO_PORTS)).doing(format_args!("write {}", auth_toml.display()))?;
    let auth = workspace.program("witgate-auth", false);
    users::ensure(&auth, &auth_toml)?;
    clients::ensure(&auth, &auth_toml, state)?;
    sign_in_client::ensure(&auth, &auth_toml, &DEMO_PORTS)?;
    clients::hand_to_gateway(workspace, state)?;
    for role in all_roles(workspace.root(), state, &auth_toml) {
        stack.start(&role, &workspace.program(role.program, false), &logs, stop)?;
    }
    Ok(())
}

fn all_roles(root: &Path, state: &Path, auth_toml: &Path) -> [Role; 5] {
    let ports = &DEMO_PORTS;
    [
        roles::auth(ports, auth_toml),
        roles::inventory(ports, state).following(ports, state).introspecting(ports),
        roles::orders(ports, state).following(ports, state).introspecting(ports),
        roles::portal(ports).following(ports, state),
        roles::gateway(ports, &root.join("gateway.toml")),
    ]
}

fn watch(stack: &mut Stack, stop: &Interrupt) -> Result<(), Failure> {
    while !stop.came_within(WATCH_INTERVAL) {
        if let Some(failure) = stack.first_dead() {
            return Err(failure);
        }
    }
    Ok(())
}

fn welcome(state: &Path) -> String {
    let [alice, bob] = &DEMO_USERS;
    let (gateway, admin, auth) = (DEMO_PORTS.gateway, DEMO_PORTS.admin, DEMO_PORTS.auth);
    format!(
        "
  Portal    http://127.0.0.1:{gateway}/     (through the gateway: sign in with one of the users below)
  Gateway   http://127.0.0.1:{gateway}      admin: http://127.0.0.1:{admin}/generations
  Auth      http://127.0.0.1:{auth}      state and logs: {}

  Users of this demo (these passwords are public; never use them elsewhere):
    {:<6} {:<16} {}, tenant {}
    {:<6} {:<16} {}, tenant {}

  Sign in, then order through the gateway:
    {}
    {}

  Ctrl-C stops everything.
",
        state.display(),
        alice.name,
        alice.password,
        alice.role,
        alice.tenant,
        bob.name,
        bob.password,
        bob.role,
        bob.tenant,
        LOGIN_CURL,
        ORDER_CURL
    )
}

/// The first line to copy: the README has the same, and a test runs the README's.
const LOGIN_CURL: &str = r#"TOKEN=$(curl -s http://127.0.0.1:9000/login -H 'Content-Type: application/json' -d '{"username":"alice","password":"wonderland-demo"}' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')"#;

/// The second line to copy.
const ORDER_CURL: &str = r#"curl -s http://127.0.0.1:8080/orders -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"lines":[{"sku":"CUP-SET-4","quantity":1}]}'"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_shows_the_same_two_lines() {
        let readme = include_str!("../../README.md");
        assert!(readme.contains(LOGIN_CURL) && readme.contains(ORDER_CURL), "README.md and demo.rs differ");
    }

    #[test]
    fn the_lines_to_copy_name_the_demo_user() {
        assert!(LOGIN_CURL.contains(DEMO_USERS[0].name) && LOGIN_CURL.contains(DEMO_USERS[0].password));
    }
}
