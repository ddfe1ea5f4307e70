//! Every attack within a request: it costs that request alone, the operator learns which limit of which plugin, and
//! nobody else notices. Never judges a time.

use serde_json::Value;
use witgate_tests::deadline::{self, PATIENCE};
use witgate_tests::trial::host::clients::{Ask, Clients, Met};
use witgate_tests::trial::host::ground::{self, Ground};

use crate::attack::{Attack, By, End};
use crate::{attacks, raw};

/// How often each attack is tried: more often than one worker has warm instances.
const TIMES: usize = 3;

/// Requests on the same route afterwards.
const GOOD: usize = 3;

/// Clients of another route, all the time.
const BYSTANDERS: usize = 8;

/// What the bystanders' route has, and what stands behind a hostile authenticator.
const INNOCENT: &str = "config = { rules = [{ name = \"all\", effect = \"allow\" }] }";

async fn start(isolation: &str) -> Ground {
    let mut text = ground::plugin("innocent", "authorizer", "claims_authz", INNOCENT);
    // at another upstream, so that what an attack sends on can be counted
    text += &ground::route("bystander", &["innocent"]).replace("upstream = \"home\"", "upstream = \"elsewhere\"");
    attacks::ALL.iter().for_each(|attack| text += &attack.toml(isolation));
    let made: Vec<(String, Vec<u8>)> =
        raw::IN_A_CALL.iter().map(|(name, raw)| (format!("raw_{name}"), raw.component())).collect();
    let made: Vec<(&str, Vec<u8>)> = made.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    Ground::start(&text, &made).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_attack_costs_its_own_request_and_nobody_else_notices() {
    try_all("instance").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_attack_costs_its_own_request_with_fresh_instances_too() {
    try_all("request").await;
}

async fn try_all(isolation: &str) {
    let ground = start(isolation).await;
    let token = ground.token();
    let mut wrong = Vec::new();
    let mut all = Met::default();
    for attack in &attacks::ALL {
        let bystanders = Clients::start(ground.gateway.url(), &Ask::of("bystander.test"), BYSTANDERS, None);
        wrong.extend(run(&ground, attack, &token).await);
        let met = bystanders.finish().await;
        if met.errors() > 0 || met.answered() < BYSTANDERS {
            wrong.push(format!("beside {}: {:?} {:?}", attack.plugin(), met.statuses, met.failures));
        }
        all.take(met);
    }
    witgate_tests::measured::tell(&format!(
        "{} attacks, isolation {isolation}; beside them {} requests of bystanders, {} failed",
        attacks::ALL.len(),
        all.answered(),
        all.errors()
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Tries one attack; what was not as it must be, in words.
async fn run(ground: &Ground, attack: &Attack, token: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut answers = Vec::new();
    let before = ground.home.served();
    for _ in 0..TIMES {
        answers.push(ground.ask(&attack.ask(token)).await);
    }
    for (status, body) in &answers {
        wrong.extend(unlike(attack, *status, body));
    }
    let sent_on = ground.home.served() - before;
    if sent_on > 0 && !matches!((attack.by, attack.end), (By::ResponseFilter, _) | (_, End::Harmless)) {
        wrong.push(format!("{}: {sent_on} of these reached the upstream", attack.plugin()));
    }
    wrong.extend(untold(ground, attack).await);
    if !matches!(attack.by, By::Raw) {
        for _ in 0..GOOD {
            let (status, body) = ground.ask(&attack.good(token)).await;
            if status != 200 {
                wrong.push(format!("after {}: {status} {body}", attack.plugin()));
            }
        }
    }
    wrong
}

/// How the answer differs from what the attack must end in.
fn unlike(attack: &Attack, status: u16, body: &str) -> Option<String> {
    let (expected, expected_code) = match attack.end {
        End::Fault(..) => (500, "policy_fault"),
        End::Refused(status, code) => (status, code),
        End::Harmless => return (status != 200).then(|| format!("{}: {status} {body}", attack.plugin())),
    };
    let code = serde_json::from_str(body).map(|problem: Value| problem["code"].as_str().unwrap_or("").to_owned());
    let same = status == expected && code.as_deref().is_ok_and(|code| code == expected_code);
    (!same).then(|| format!("{}: {status} {body}, not {expected} {expected_code}", attack.plugin()))
}

/// What the operator should have been told of a fault and was not.
async fn untold(ground: &Ground, attack: &Attack) -> Option<String> {
    let End::Fault(kind, words) = attack.end else { return None };
    let plugin = attack.plugin();
    let metric = format!("witgate_policy_faults_total{{plugin=\"{plugin}\",kind=\"{kind}\"}}");
    let counted = ground.gateway.metric(&metric).await;
    if counted != TIMES as u64 {
        let metrics = ground.gateway.metrics().await;
        let own: Vec<&str> = metrics.lines().filter(|line| line.contains(&format!("\"{plugin}\""))).collect();
        return Some(format!("{plugin}: {metric} is {counted}; {own:?}"));
    }
    let named = format!("plugin `{plugin}`");
    let look = async || {
        let log = ground.gateway.log();
        log.lines().any(|line| line.contains(&named) && line.contains(words)).then_some(())
    };
    deadline::until(PATIENCE, &format!("the log says {words:?} of {plugin}"), look).await;
    None
}
