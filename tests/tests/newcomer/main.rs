//! The newcomer's path: docs/first-policy.md, command by command, outside the repository. Never with a command that the
//! document does not show, and never without comparing what it prints.

use std::path::PathBuf;
use std::time::Duration;

use witgate_tests::languages::Language;
use witgate_tests::outside::Outside;
use witgate_tests::programs;
use witgate_tests::transcript::{self, Stage};

/// The ports that the document names: gateway, admin listener, upstream.
const PORTS: [u16; 3] = [8080, 8081, 9000];

/// A chapter compiles the SDK where nothing has been compiled yet, on a machine that is busy with other tests.
const DEADLINE: Duration = Duration::from_secs(400);

fn document() -> PathBuf {
    programs::root().join("docs/first-policy.md")
}

async fn walk(title: &str) {
    let outside = Outside::new();
    let stage = Stage { folder: outside.path(), ports: &PORTS, deadline: DEADLINE };
    transcript::check(&document(), title, &stage).await;
}

#[tokio::test]
async fn in_rust() {
    walk("In Rust").await;
}

#[tokio::test]
async fn in_javascript() {
    if Language::JavaScript.is_available() {
        walk("In JavaScript").await;
    }
}

#[tokio::test]
async fn in_python() {
    if Language::Python.is_available() {
        walk("In Python").await;
    }
}
