//! What every service does as a process: how it starts, what it says, how it stops.
//! Never kills by name, only the child that the test started.

use std::process::Output;

use tokio::process::Command;

use super::program::{self, Program};
use super::running::Running;

/// SIGTERM ends it with exit code 0, an idle connection or not; its log is JSON and holds no token.
pub async fn stops_gracefully(server: &mut Running, path: &str) {
    // An idle keep-alive connection must not hold the process.
    assert_eq!(server.get(path, &server.issuer.customer("alice")).await.status, 200);
    server.terminate();
    assert_eq!(server.exit_code().await, Some(0));
    let log = server.log();
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
    assert!(log.contains("\"stopped\""), "the database was not closed: {log}");
    assert!(!log.contains("eyJ"), "a token is in the log: {log}");
}

/// A port that `server` has: exit code 2, and a message with the address.
pub async fn names_a_taken_port(server: &Running) {
    let message = refuses_to_start(&mut server.program.command(server.folder.path(), &server.address)).await;
    assert!(message.contains(server.program.name) && message.contains(&server.address), "{message}");
}

/// A key file that is missing or has no keys: exit code 2, and a message with the file.
pub async fn needs_a_good_key_file(program: Program) {
    let folder = tempfile::tempdir().unwrap();
    for content in [None, Some("{}"), Some("{\"keys\": []}")] {
        if let Some(content) = content {
            std::fs::write(folder.path().join("jwks.json"), content).unwrap();
        }
        let message = refuses_to_start(&mut program.command(folder.path(), "127.0.0.1:0")).await;
        assert!(message.contains("jwks.json"), "{content:?}: {message}");
    }
}

/// A file that is no database: exit code 2, and a message with the file.
pub async fn needs_a_database_that_is_one(program: Program) {
    let (_issuer, folder) = program::fresh();
    let database = program.database(folder.path());
    std::fs::create_dir_all(database.parent().unwrap()).unwrap();
    std::fs::write(&database, "no database, only text of some length").unwrap();
    let message = refuses_to_start(&mut program.command(folder.path(), "127.0.0.1:0")).await;
    assert!(message.contains(&format!("{}.sqlite", program.name)), "{message}");
}

/// Runs the command, which must end with exit code 2 without a word on stdout. What it says on stderr.
pub async fn refuses_to_start(command: &mut Command) -> String {
    let output = tokio::time::timeout(super::DEADLINE, command.output()).await.unwrap();
    let Output { status, stdout, stderr } = output.unwrap();
    let message = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{message}");
    assert!(stdout.is_empty(), "it must not say that it listens");
    message
}
