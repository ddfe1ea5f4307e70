//! `witgate replay`: the same component changes nothing, another one exactly what it must, and what was withheld is
//! never guessed. Never against a gateway that runs.

use std::fmt::Write as _;
use std::time::Instant;

use claims_authz::ClaimsAuthz;
use serde_json::{Value, json};
use witgate_plugin::mock::cases::{authorizer, check};
use witgate_tests::Stack;

use crate::ground::{ALL_READ, FOLDER, ask, counts, files, lines_of, recording, replay, replay_text, written};

/// The settings of a policy that lets only staff look themselves up, and everybody read the catalogue.
const STRICTER: &str = r#"
[[rules]]
name = "staff look themselves up"
effect = "allow"
methods = ["GET"]
paths = ["/whoami"]
when = { claim = "roles", contains = "staff" }

[[rules]]
name = "read"
effect = "allow"
methods = ["GET"]
paths = ["/catalogue/**"]
when = { scope = "catalogue:read" }
"#;

/// A policy that asks for the subject.
const CURIOUS: &str = r#"
[[rules]]
name = "not mallory"
effect = "allow"
when = { not = { claim = "sub", equals = "mallory" } }
"#;

/// Six decisions of `authz`: alice, a customer, looks herself up thrice, bob, of the staff, once; both read the
/// catalogue.
async fn recorded(keys: &str) -> Stack {
    let stack = recording(keys).await;
    let (alice, bob) = (stack.login("alice").await.access, stack.login("bob").await.access);
    for token in [&alice, &alice, &alice, &bob] {
        assert_eq!(ask(&stack, token, "/whoami", &[]).await.status(), 200);
    }
    for token in [&alice, &bob] {
        assert_eq!(ask(&stack, token, "/catalogue", &[]).await.status(), 200);
    }
    written(&stack, 12).await;
    std::fs::write(stack.folder().join("stricter.toml"), STRICTER).expect("settings");
    std::fs::write(stack.folder().join("curious.toml"), CURIOUS).expect("settings");
    stack
}

const NEW: [&str; 4] = ["--plugin", "plugins/claims_authz.wasm", "--settings", "stricter.toml"];

#[tokio::test]
async fn the_same_component_changes_nothing_also_after_a_kill() {
    let mut stack = recorded(ALL_READ).await;
    assert_eq!(ask(&stack, "eyJhbGciOiJub25lIn0.e30.", "/whoami", &[]).await.status(), 401);
    assert_eq!(stack.get("/whoami", None).await.status(), 401);
    written(&stack, 14).await;
    stack.kill_gateway().await;
    let last = files(&stack.folder().join(FOLDER)).pop().expect("a file");
    let half = std::fs::read(&last).expect("bytes");
    // As if it had been killed in the middle of a line.
    std::fs::write(&last, [&half, &half[..half.len().min(100)]].concat()).expect("written");
    for (entry, replayed) in [("authz", 6), ("jwt", 8)] {
        let (report, code) = replay(&stack, &["--entry", entry]);
        assert_eq!((counts(&report), code), ([replayed, replayed, 0, 0, 1], Some(0)), "{entry}: {report}");
        let place = report["unread_lines"][0].as_str().expect("a place");
        let lines = half.iter().filter(|byte| **byte == b'\n').count();
        assert!(place.contains(&format!(".ndjson:{}: the line has no end", lines + 1)), "{place}");
    }
}

#[tokio::test]
async fn a_changed_policy_shows_what_changes_and_why() {
    let stack = recorded(ALL_READ).await;
    let (report, code) = replay(&stack, &NEW);
    assert_eq!((counts(&report), code), ([6, 3, 3, 0, 0], Some(1)), "{report}");
    let [change] = report["changes"].as_array().expect("changes").as_slice() else { panic!("{report}") };
    assert_eq!(
        (&change["before"], &change["after"], &change["requests"]),
        (&json!("allow"), &json!("refused 403 no_rule_matched"), &json!(3))
    );
    assert_eq!(change["example"]["request"], "GET /whoami");
    assert_eq!(
        change["example"]["read"],
        json!(["method = \"GET\"", "path = \"/whoami\"", "claim roles = \"customer\""]),
        "{change}"
    );
    let first = &lines_of(&stack, "authz")[0];
    assert_eq!(change["example"]["request_id"], first["request_id"], "the first one");

    let (text, code) = replay_text(&stack, &NEW);
    assert_eq!(code, Some(1), "{text}");
    for line in [
        "6 recorded decisions of plugin authz, ",
        "       3 the same\n       3 changed\n       0 cannot be known\n",
        "\n       3 allow -> refused 403 no_rule_matched\n",
        "           read claim roles = \"customer\"\n",
        "           outcome: \"allow\" -> \"refused\"\n",
    ] {
        assert!(text.contains(line), "{line:?} is missing from\n{text}");
    }
    let (later, _) = replay_text(&stack, &[&NEW[..], &["--since", "2100-01-01T00:00:00Z"]].concat());
    assert!(later.contains("0 recorded decisions") && later.contains("no decision of authorizer `authz`"), "{later}");
}

#[tokio::test]
async fn changed_decisions_become_cases() {
    let stack = recorded(ALL_READ).await;
    let written = |name: &str, expect: &str| {
        let more = ["--cases", name, "--expect", expect];
        let (text, code) = replay_text(&stack, &[&NEW[..], &more].concat());
        assert_eq!(code, Some(1), "{text}");
        std::fs::read_to_string(stack.folder().join(name)).expect("cases")
    };
    let new = written("new.toml", "new");
    assert_eq!(new.matches("[[case]]").count(), 1, "three requests that ask the same are one case:\n{new}");
    check(&new, authorizer::<ClaimsAuthz>);
    let old = written("old.toml", "recorded");
    let otherwise = std::panic::catch_unwind(|| check(&old, authorizer::<ClaimsAuthz>)).expect_err("it differs");
    let told = otherwise.downcast_ref::<String>().expect("words");
    assert!(told.contains("1 of 1 cases do not hold"), "{told}");
    let (text, code) = replay_text(&stack, &[&NEW[..], &["--cases", "old.toml"]].concat());
    assert_eq!(code, Some(2), "a file is never overwritten: {text}");
}

#[tokio::test]
async fn what_was_withheld_or_never_recorded_is_not_guessed() {
    let stack = recorded("claims = [\"sub\"]").await;
    let (report, code) = replay(&stack, &NEW);
    // Nobody was asked for `roles` when it was recorded; scopes that were asked for are known.
    assert_eq!((counts(&report), code), ([6, 2, 0, 4, 0], Some(0)), "{report}");
    let told = |input: &str, why: &str, requests: u64| json!([{"input": input, "why": why, "requests": requests}]);
    assert_eq!(report["inputs"], told("claim roles", "never recorded", 4));
    let curious = ["--plugin", "plugins/claims_authz.wasm", "--settings", "curious.toml"];
    let (report, code) = replay(&stack, &curious);
    assert_eq!((counts(&report), code), ([6, 6, 0, 0, 0], Some(0)), "{report}");

    let (report, _) = replay(&stack, &["--entry", "jwt"]);
    assert_eq!(report["inputs"], told("claim scope", "withheld", 6), "the token's scope was demanded: {report}");
    let (text, _) = replay_text(&stack, &["--entry", "jwt"]);
    assert!(
        text.contains("       6 claim scope: withheld; `claims` of [recording] would record it: \"scope\""),
        "{text}"
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_with_its_remedy() {
    let stack = recorded(ALL_READ).await;
    let folder = stack.folder();
    std::fs::create_dir(folder.join("empty")).expect("a folder");
    std::fs::write(folder.join("bad.toml"), "rules = 7").expect("settings");
    let plugin = ["--plugin", "plugins/claims_authz.wasm"];
    for (arguments, words) in [
        (vec!["--plugin", "plugins/missing.wasm"], "plugins/missing.wasm"),
        (vec!["--plugin", "plugins/claim_router.wasm"], "has no decision of router; it has those of `authz`"),
        (vec!["--entry", "nobody"], "has no [plugins.nobody]; it has jwt, authz, route"),
        ([&plugin[..], &["--settings", "bad.toml"]].concat(), "refuses its configuration"),
        ([&plugin[..], &["--since", "yesterday"]].concat(), "or how long ago, such as 24h"),
        (
            [&plugin[..], &["--settings", "{\"rules\": []}", "--of", "nobody"]].concat(),
            "no decision of authorizer `nobody`",
        ),
    ] {
        let (text, code) = replay_text(&stack, &arguments);
        assert!(code == Some(2) && text.contains(words), "{words} is missing: {code:?} {text}");
    }
}

/// A thousand decisions; `WITGATE_REPLAYED=10000` measures what docs/record-replay.md says.
#[tokio::test]
async fn many_recorded_decisions_are_asked_in_little_time() {
    let stack = recorded(ALL_READ).await;
    let many: usize = std::env::var("WITGATE_REPLAYED").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let lines: Vec<Value> = lines_of(&stack, "authz");
    let mut text = String::new();
    for number in 0..many {
        let mut line = lines[number % lines.len()].clone();
        line["request_id"] = format!("made-up-{number}").into();
        writeln!(text, "{line}").expect("written");
    }
    let file = stack.folder().join("many.ndjson");
    std::fs::write(&file, text).expect("written");
    let began = Instant::now();
    let arguments = [&["replay", "many.ndjson", "--json"], &NEW[..]].concat();
    let output = witgate_tests::command::witgate(stack.folder(), &arguments, "");
    let took = began.elapsed();
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let half = many as u64 / 2;
    let [replayed, same, changed, unknown, unread] = counts(&report);
    assert_eq!((replayed, unknown, unread), (many as u64, 0, 0), "{report}");
    assert!(same.abs_diff(half) <= 6 && changed.abs_diff(half) <= 6, "{report}");
    eprintln!("{many} recorded decisions took {} ms, with the start of the program", took.as_millis());
}
