//! Reload, rollback and SIGHUP as orders, and what the admin listener shows afterwards. Never without a number.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;
use witgate_tests::{deadline, programs};

use crate::gate::{Gate, SOON, route};

fn witgate(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(programs::program("witgate")).args(arguments).output().expect("witgate runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("text"))
}

#[tokio::test]
async fn a_rollback_returns_to_the_generation_before_and_a_second_one_undoes_it() {
    let gate = Gate::start(&route("old", "/old")).await;
    let (status, document) = gate.order("rollback").await;
    assert_eq!(status, 409, "{document}");
    gate.write(&route("new", "/new"));
    gate.settles_at(2).await;
    assert!(gate.serves("/new").await && !gate.serves("/old").await);

    let (status, document) = gate.order("rollback").await;
    assert_eq!((status, document["generation"].as_u64()), (200, Some(3)), "{document}");
    assert!(gate.serves("/old").await && !gate.serves("/new").await);
    let page = gate.generations().await;
    assert_eq!((page["origin"]["rollback"]["to"].as_u64(), page["previous"].as_u64()), (Some(1), Some(2)), "{page}");

    let admin = gate.admin.trim_start_matches("http://");
    let (code, said) = witgate(&["rollback", "--admin", admin]);
    assert_eq!((code, said.as_str()), (Some(0), "accepted: generation 4 is in force\n"));
    assert!(gate.serves("/new").await && !gate.serves("/old").await);
    let by_name = admin.replace("127.0.0.1", "localhost");
    let (code, said) = witgate(&["generations", "--admin", &by_name]);
    assert!(code == Some(0) && said.contains("generation 4 in-force") && said.contains("rollback to 2"), "{said}");

    // The files were not looked at in between; a change of theirs ends the rollback.
    gate.write(&route("third", "/third"));
    gate.settles_at(5).await;
    assert!(gate.serves("/third").await);
    assert_eq!(gate.generations().await["origin"], "files");
}

#[tokio::test]
async fn a_secret_that_is_rotated_after_a_rollback_does_not_undo_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("key.secret");
    std::fs::write(&secret, "one").expect("written");
    std::fs::set_permissions(&secret, Permissions::from_mode(0o600)).expect("a mode");
    let with_secret = |route: String| format!("[secrets.key]\nfile = \"key.secret\"\n{route}");
    let gate = Gate::start_in(folder, &with_secret(route("old", "/old")), |folder, text| {
        std::fs::write(folder.join("gateway.toml"), text).expect("written");
    })
    .await;
    gate.write(&with_secret(route("bad", "/bad")));
    gate.settles_at(2).await;
    assert_eq!(gate.order("rollback").await.0, 200);
    std::fs::write(&secret, "another").expect("written");
    let renewed = || async { (gate.generation().await == 4).then_some(()) };
    deadline::until(SOON, "what is in force with the new secret", renewed).await;
    assert!(gate.serves("/old").await && !gate.serves("/bad").await);
    let page = gate.generations().await;
    assert_eq!((page["origin"]["rollback"]["to"].as_u64(), page["previous"].as_u64()), (Some(1), Some(2)), "{page}");
    // An order is a change of mind, as before.
    let (status, document) = gate.order("reload").await;
    assert_eq!((status, document["generation"].as_u64()), (200, Some(5)), "{document}");
    assert!(gate.serves("/bad").await && gate.generations().await["origin"] == "files");
}

#[tokio::test]
async fn what_was_refused_is_tried_again_when_ordered() {
    let gate = Gate::start("").await;
    std::fs::write(gate.path(), "not toml [").expect("written");
    let first = gate.refused("not TOML").await;
    let (status, document) = gate.order("reload").await;
    assert_eq!((status, document["outcome"].as_str()), (409, Some("refused")), "{document}");
    assert!(document["reason"].as_str().is_some_and(|reason| reason.contains("not TOML")), "{document}");
    let second = gate.generations().await["last_refusal"].clone();
    assert_ne!(first["at"], second["at"], "it was tried again");

    let hung_up = Command::new("kill").args(["-HUP", &gate.process.id().to_string()]).status().expect("kill");
    assert!(hung_up.success());
    let tried_again = || async { (gate.generations().await["last_refusal"]["at"] != second["at"]).then_some(()) };
    deadline::until(SOON, "SIGHUP does the same", tried_again).await;
    let admin = gate.admin.trim_start_matches("http://");
    let (code, said) = witgate(&["reload", "--admin", &format!("http://{admin}")]);
    assert!(code == Some(2) && said.contains("generation 1 stays in force"), "{said}");
    assert!(gate.serves("/always").await);
}

#[tokio::test]
async fn a_web_page_orders_nothing() {
    let gate = Gate::start("").await;
    for (name, value) in [("origin", "http://evil.test"), ("origin", "null"), ("sec-fetch-site", "same-origin")] {
        for order in ["reload", "rollback"] {
            let request = gate.http.post(format!("{}/{order}", gate.admin)).header(name, value);
            assert_eq!(request.send().await.expect("an answer").status(), 403, "{order} with {name}: {value}");
        }
    }
    let got = gate.http.get(format!("{}/rollback", gate.admin)).send().await.expect("an answer");
    assert_eq!(got.status(), 405, "an image on a page orders nothing either");
}

#[tokio::test]
async fn an_answer_names_its_generation_to_who_asks() {
    let gate = Gate::start("").await;
    let named = async |header: &str| {
        let request = gate.http.get(format!("{}/always", gate.url)).header(header, "1");
        let answer = request.send().await.expect("an answer");
        answer.headers().get("x-witgate-generation").map(|value| value.to_str().expect("text").to_owned())
    };
    assert_eq!(named("x-witgate-debug-generation").await.as_deref(), Some("1"));
    assert_eq!(named("x-other").await, None);
    gate.write(&route("new", "/new"));
    gate.settles_at(2).await;
    assert_eq!(named("x-witgate-debug-generation").await.as_deref(), Some("2"));
    let refused = gate.http.get(format!("{}/nowhere", gate.url)).header("x-witgate-debug-generation", "1");
    let refused = refused.send().await.expect("an answer");
    assert_eq!((refused.status().as_u16(), &refused.headers()["x-witgate-generation"] == "2"), (404, true));
    let page: Value = gate.generations().await;
    assert_eq!(page["current"]["state"], "in-force", "{page}");
    assert_eq!(page["current"]["config_digest"].as_str().map(str::len), Some(64), "{page}");
}
