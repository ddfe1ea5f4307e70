//! Another program reads the auth service's OpenAPI documents and asks what they describe: with good and bad values, with
//! and without credentials. Never a list of routes of ours.

mod service;

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use witgate_tests::oracles;

use service::{Listener, Service};

/// How many examples schemathesis makes for each operation, such as 200.
const EXAMPLES_VARIABLE: &str = "WITGATE_SCHEMATHESIS";
const DEFAULT_EXAMPLES: &str = "12";
/// The examples follow from it.
const SEED: &str = "20261127";
/// How long one run may take.
const DEADLINE: Duration = Duration::from_secs(600);
/// What every answer is judged by.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth";

/// Whose success ends the session that asks: it is asked for last.
const ENDS_THE_SESSION: &str = "/logout/all";

#[tokio::test]
async fn the_public_listener_answers_as_it_says() {
    let Some(command) = oracles::schemathesis("the public OpenAPI document and schemathesis") else { return };
    let service = Service::start().await;
    judge(command, &service, Listener::Public, &["--exclude-path", ENDS_THE_SESSION]).await;
    let Some(command) = oracles::schemathesis("the public OpenAPI document and schemathesis") else { return };
    judge(command, &service, Listener::Public, &["--include-path", ENDS_THE_SESSION]).await;
}

#[tokio::test]
async fn the_admin_listener_answers_as_it_says() {
    let Some(command) = oracles::schemathesis("the admin OpenAPI document and schemathesis") else { return };
    let service = Service::start().await;
    judge(command, &service, Listener::Admin, &[]).await;
}

async fn judge(mut command: Command, service: &Service, listener: Listener, more: &[&str]) {
    let examples = std::env::var(EXAMPLES_VARIABLE).unwrap_or_else(|_| DEFAULT_EXAMPLES.to_owned());
    command.arg("--config-file").arg(service.schemathesis_config()).arg("run");
    command.arg(format!("{}/openapi.json", service.url(listener)));
    command.args(["--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--seed", SEED, "--no-color"]);
    command.args(["--continue-on-failure", "--max-examples", &examples, "--suppress-health-check", "all"]);
    command.args(more).current_dir(service.folder()).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::time::timeout(DEADLINE, command.output()).await.expect("in time").expect("schemathesis runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{said}");
    assert!(output.status.success(), "schemathesis found something\n{said}\n{}", service.last_words());
}
