//! `sha256` in gateway.toml: other bytes are refused before anything in them is believed. Never a pin that is ignored.

use std::fs;

use witgate_tests::programs;

use crate::gateway::Home;

/// The digest of no file.
const OTHER: &str = "sha256 = \"0000000000000000000000000000000000000000000000000000000000000000\"";

/// The pin that a refusal says would be right.
fn found(said: &str) -> String {
    let start = said.find("SHA-256 is ").expect("the digest found") + "SHA-256 is ".len();
    said[start..start + 64].to_owned()
}

#[tokio::test]
async fn other_bytes_are_refused_at_start_with_both_digests_and_the_place() {
    let home = Home::new("", OTHER).await;
    let said = home.refused();
    let digest = found(&said.replace("\n", " "));
    assert!(said.contains("`sha256` says 0000") && said.contains(OTHER), "{said}");
    home.put_component(b"not a component at all");
    let said = home.refused();
    assert!(
        said.contains("SHA-256 is") && !said.contains("not a WebAssembly component"),
        "the pin comes first: {said}"
    );
    assert_eq!(home.cached().len(), 0, "nothing was compiled");
    home.put_component(&fs::read(programs::component("header_stamp")).expect("a component"));
    home.configure("", &format!("sha256 = \"{digest}\""));
    assert!(home.check().status.success());
}

#[tokio::test]
async fn other_bytes_are_refused_at_reload_and_the_generation_stays() {
    let unpinned = Home::new("", OTHER).await;
    let digest = found(&unpinned.refused().replace("\n", " "));
    let home = Home::new("", &format!("sha256 = \"{digest}\"")).await;
    let gateway = home.start().await;
    home.put_component(&fs::read(programs::component("claim_router")).expect("another component"));
    let reason = gateway.refusal("SHA-256 is", async || ()).await;
    assert!(reason.contains(&digest) && reason.contains("gateway.toml:"), "{reason}");
    assert_eq!(gateway.generations().await["current"]["number"], 1);
    assert_eq!(gateway.get("/stamped").await, 200);
}
