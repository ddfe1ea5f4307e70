//! The portal as a process: ports, signals, settings. Never a silent failure.

use std::{io::Read, net::TcpListener, process::Stdio};

use reqwest::Method;

use crate::{
    running::{Portal, command, wait},
    stub_auth::StubAuth,
};

#[tokio::test]
async fn health_is_public() {
    let portal = Portal::start(&StubAuth::start().await).await;
    let response = portal.request(Method::GET, "/healthz").send().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_taken_port_is_named_and_ends_with_2() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, stderr) = fails(&["--listen", &address]).await;
    assert_eq!(code, Some(2));
    assert!(stderr.contains(&address) && stderr.contains("--listen"), "{stderr}");
}

#[tokio::test]
async fn a_wrong_setting_is_named_and_ends_with_2() {
    let (code, stderr) = fails(&["--public-url", "ftp://example.com"]).await;
    assert_eq!(code, Some(2));
    assert!(stderr.contains("--public-url"), "{stderr}");
}

#[tokio::test]
async fn sigterm_ends_it_in_order() {
    let portal = Portal::start(&StubAuth::start().await).await;
    assert_eq!(portal.request(Method::GET, "/").send().await.unwrap().status(), 200);
    assert_eq!(portal.terminate().await.code(), Some(0));
}

async fn fails(arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = command("http://127.0.0.1:9000").args(arguments).stderr(Stdio::piped()).spawn().unwrap();
    let status = wait(&mut child).await;
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    (status.code(), stderr)
}
