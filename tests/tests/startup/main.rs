//! How the programs start, refuse to start, and stop. Never with anything but their own command lines.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use witgate_tests::{Stack, arguments, configs, programs};

/// The services that validate tokens.
const SERVICES: [&str; 3] = ["orders", "inventory", "portal"];

fn run(program: &str, arguments: &[String], folder: &Path) -> Output {
    let mut command = programs::command(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().expect("a program that runs")
}

/// Must end with exit code 2 and name the address.
fn check_taken(program: &str, arguments: &[String], folder: &Path, address: &str) {
    let output = run(program, arguments, folder);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{program}: {errors}");
    assert!(errors.contains(address), "{program} does not name {address}: {errors}");
}

#[test]
fn a_taken_port_is_exit_code_2_and_the_address_is_named() {
    let folder = tempfile::tempdir().expect("a temp folder");
    let holder = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = holder.local_addr().expect("an address").to_string();
    for service in SERVICES {
        let mut arguments = arguments::resource_server("https://auth.witgate.test", "http://127.0.0.1:9/jwks.json");
        arguments[1].clone_from(&address);
        if service != "portal" {
            arguments.extend(arguments::pair("--database", "state.sqlite"));
        }
        check_taken(service, &arguments, folder.path(), &address);
    }
    configs::write(folder.path(), "auth.toml", &configs::auth_toml());
    check_taken("witgate-auth", &arguments::auth(&address), folder.path(), &address);
    configs::write(folder.path(), "gateway.toml", &smallest_gateway(&address));
    check_taken("witgate", &arguments::gateway(), folder.path(), &address);
}

/// One public route, no admin listener.
fn smallest_gateway(address: &str) -> String {
    format!(
        "[[listeners]]\naddress = \"{address}\"\n[upstreams.nobody]\nurl = \"http://127.0.0.1:9\"\n\
         [[routes]]\nname = \"all\"\nprefix = \"/\"\npublic = true\nupstream = \"nobody\"\n"
    )
}

#[tokio::test]
async fn a_second_gateway_does_not_share_the_port_of_the_first() {
    let stack = Stack::start().await;
    let folder = tempfile::tempdir().expect("a temp folder");
    let address = stack.gateway_url().trim_start_matches("http://").to_owned();
    configs::write(folder.path(), "gateway.toml", &smallest_gateway(&address));
    let mut command = Command::new("timeout");
    command.arg("30").arg(programs::program("witgate")).args(arguments::gateway()).current_dir(folder.path());
    let output = command.output().expect("timeout");
    assert_eq!(output.status.code(), Some(2), "its workers' SO_REUSEPORT is for its own sockets only");
}

#[test]
fn every_program_says_its_version_and_shows_examples() {
    for program in ["witgate", "witgate-auth", "orders", "inventory", "portal"] {
        let version = run(program, &["--version".to_owned()], Path::new("."));
        assert!(String::from_utf8_lossy(&version.stdout).contains(env!("CARGO_PKG_VERSION")), "{program} --version");
        let help = run(program, &["--help".to_owned()], Path::new("."));
        let text = String::from_utf8_lossy(&help.stdout);
        assert!(help.status.success() && text.contains("Example"), "{program} --help shows no example:\n{text}");
    }
}
