//! What a policy can keep of one caller for the next. With `isolation = "instance"` its memory stays, and so a hostile
//! one can tell; with `isolation = "request"` there is nothing to keep. Never a claim of this caller without a token.

use serde_json::Value;
use witgate_tests::trial::host::clients::Ask;
use witgate_tests::trial::host::ground::{self, Ground};

/// More callers than there are warm instances.
const CALLERS: usize = 12;

async fn start(isolation: &str) -> Ground {
    let more = format!("isolation = {isolation:?}");
    let text = ground::plugin("keeper", "authorizer", "guest_hostile_authorizer", &more)
        + &ground::route("keeper", &["keeper"]);
    Ground::start(&text, &[]).await
}

/// What each of the callers was told: a code, and what the one before had said.
async fn told(ground: &Ground) -> Vec<(String, String)> {
    let mut answers = Vec::new();
    for caller in 0..CALLERS {
        let ask = Ask::of("keeper.test").with("x-attack", "remember").with("x-said", &format!("secret-{caller}"));
        let (_, body) = ground.ask(&ask).await;
        let problem: Value = serde_json::from_str(&body).expect("a problem document");
        let text = |name: &str| problem[name].as_str().expect("a text").to_owned();
        answers.push((text("code"), text("detail")));
    }
    answers
}

#[tokio::test]
async fn with_a_fresh_instance_for_each_request_nothing_is_kept() {
    let answers = told(&start("request").await).await;
    assert!(answers.iter().all(|(code, _)| code == "fresh"), "{answers:?}");
}

#[tokio::test]
async fn a_warm_instance_keeps_what_a_hostile_policy_puts_into_its_memory() {
    let answers = told(&start("instance").await).await;
    let leaked = answers.iter().filter(|(code, _)| code == "leaked").count();
    assert!(leaked > 0, "this is what docs/plugins.md warns of; if it is gone, say so there: {answers:?}");
}
