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
const DEFAULT_EXAMPLES: &str = "8";
/// The examples follow from it.
const SEED: &str = "20261127";
/// How long one run may take.
const DEADLINE: Duration = Duration::from_secs(600);
/// What every answer is judged by.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth";

/// Whose success ends the credentials that ask: they are asked for last.
const END_THE_ASKER: [(Listener, &[&str]); 2] = [
    (Listener::Public, &["/logout/all"]),
    (Listener::Admin, &["/admin/v1/keys/{kid}/retire", "/admin/v1/clients/{id}/disable"]),
];

#[tokio::test]
async fn both_listeners_answer_as_they_say() {
    let what = "the OpenAPI documents and schemathesis";
    for (listener, last) in END_THE_ASKER {
        for option in ["--exclude-path", "--include-path"] {
            let Some(command) = oracles::schemathesis(what) else { return };
            let paths: Vec<&str> = last.iter().flat_map(|path| [option, *path]).collect();
            judge(command, &Service::start().await, listener, &paths).await;
        }
    }
}

async fn judge(mut command: Command, service: &Service, listener: Listener, more: &[&str]) {
    let examples = std::env::var(EXAMPLES_VARIABLE).unwrap_or_else(|_| DEFAULT_EXAMPLES.to_owned());
    command.arg("--config-file").arg(service.schemathesis_config(listener)).arg("run");
    command.arg(format!("{}/openapi.json", service.url(listener)));
    command.args(["--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--seed", SEED, "--no-color"]);
    command.args(["--continue-on-failure", "--max-examples", &examples, "--suppress-health-check", "all"]);
    command.args(more).current_dir(service.folder()).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::time::timeout(DEADLINE, command.output()).await.expect("in time").expect("schemathesis runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "schemathesis found something\n{said}\n{}", service.last_words());
}
