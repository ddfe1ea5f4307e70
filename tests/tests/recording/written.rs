//! What `[recording]` and `witgate run --record` write. Never a token, a credential, or a claim that is not listed.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use reqwest::Method;
use witgate_tests::child::Running;
use witgate_tests::command::{told, witgate};
use witgate_tests::{Stack, deadline};

use crate::ground::{ALL_READ, FOLDER, ask, files, lines_of, recording, text, written};

/// How long a reload may take on a busy machine.
const RELOAD_DEADLINE: Duration = Duration::from_secs(20);

/// The claims of a token, unverified: the auth service made it.
fn claims(token: &str) -> serde_json::Value {
    use base64::Engine as _;
    let part = token.split('.').nth(1).expect("a payload");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[tokio::test]
async fn no_token_no_credential_and_no_unlisted_claim_is_written() {
    let stack = recording("claims = [\"roles\"]\nheaders = [\"x-desk\", \"x-api-key\"]").await;
    let token = stack.login("alice").await.access;
    let headers = [("x-desk", "front"), ("x-api-key", "key-of-alice"), ("x-wanted-upstream", "inventory")];
    let asked = ask(&stack, &token, "/whoami?access_token=query-secret&page=2", &headers).await;
    assert_eq!(asked.status(), 200);
    let forged = format!("{}AAAA", token.rsplit_once('.').map(|(head, _)| format!("{head}.")).expect("a signature"));
    assert_eq!(ask(&stack, &forged, "/whoami", &[]).await.status(), 401);
    assert_eq!(ask(&stack, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYWxsb3J5In0.", "/whoami", &[]).await.status(), 401);
    written(&stack, 4).await;

    let folder = stack.folder().join(FOLDER);
    assert_eq!(std::fs::metadata(&folder).expect("the folder").mode() & 0o777, 0o700);
    for file in files(&folder) {
        assert_eq!(std::fs::metadata(&file).expect("a file").mode() & 0o777, 0o600, "{}", file.display());
    }
    let text = text(&folder);
    let claims = claims(&token);
    let of_claims = ["sub", "sid", "jti", "tenant"].map(|name| claims[name].as_str().unwrap_or("absent").to_owned());
    let secrets = ["very-private", "query-secret", "key-of-alice", "bWFsbG9yeQ", "mallory"].map(str::to_owned);
    let parts = token.split('.').map(str::to_owned);
    for hidden in parts.chain(secrets).chain(of_claims) {
        assert!(!text.contains(&hidden), "{hidden} is written in\n{text}");
    }

    let [jwt, forged, none] = lines_of(&stack, "jwt").try_into().expect("three decisions");
    assert_eq!((&jwt["role"], &jwt["call"]), (&"authenticator".into(), &"authenticate".into()), "{jwt}");
    assert_eq!(jwt["answer"]["outcome"], "authenticated");
    assert_eq!(jwt["answer"]["attributes"]["tenant"], "(withheld)", "it repeats a claim that is not listed: {jwt}");
    assert_eq!(
        jwt["hidden"],
        serde_json::json!(["answer attributes.tenant", "claim scope", "claim tenant", "header x-api-key"])
    );
    assert_eq!(forged["case"]["token"]["fails"], "signature", "{forged}");
    let unreadable = none["case"]["token"].as_object().expect("a token");
    assert!(unreadable.len() == 1 && unreadable.contains_key("unreadable"), "{none}");

    let [authz] = lines_of(&stack, "authz").try_into().expect("one decision");
    assert_eq!(authz["answer"], serde_json::json!({"outcome": "allow"}));
    assert_eq!(authz["case"]["claims"], serde_json::json!({"roles": ["customer"], "scope": "catalogue:read"}));
    assert_eq!(authz["case"]["request"]["headers"], serde_json::json!({"x-desk": "front"}), "listed, though not read");
    assert_eq!(authz["request_id"], jwt["request_id"], "a request is recorded whole");
    assert!(authz["digest"].as_str().is_some_and(|digest| digest.len() == 64), "{authz}");
    assert!(authz["config_digest"].as_str().is_some_and(|digest| digest.len() == 64), "{authz}");
}

#[tokio::test]
async fn a_reload_changes_what_is_recorded_from_then_on() {
    let stack = recording("").await;
    let token = stack.login("alice").await.access;
    assert_eq!(ask(&stack, &token, "/whoami", &[]).await.status(), 200);
    written(&stack, 2).await;
    let (text, before) = (stack.gateway_toml(), stack.generation().await);
    stack.write_gateway_toml(&text.replace("share = 1.0", &format!("share = 1.0\n{ALL_READ}")));
    let look = || async { (stack.generation().await > before).then_some(()) };
    deadline::until(RELOAD_DEADLINE, "another generation", look).await;
    assert_eq!(ask(&stack, &token, "/whoami", &[]).await.status(), 200);
    written(&stack, 4).await;
    let [old, new] = lines_of(&stack, "jwt").try_into().expect("two decisions");
    assert_eq!((&old["generation"], &new["generation"]), (&1.into(), &2.into()));
    assert_eq!(
        (&old["answer"]["attributes"]["tenant"], &new["answer"]["attributes"]["tenant"]),
        (&"(withheld)".into(), &"acme".into())
    );
    assert!(new.get("hidden").is_none(), "{new}");
    assert_eq!(files(&stack.folder().join(FOLDER)).len(), 1, "the file goes on");
}

#[tokio::test]
async fn exactly_the_share_is_recorded() {
    let stack = recording("").await;
    let text = stack.gateway_toml();
    stack.write_gateway_toml(&text.replace("share = 1.0", "share = 0.1"));
    let look = || async { (stack.generation().await == 2).then_some(()) };
    deadline::until(RELOAD_DEADLINE, "another generation", look).await;
    for _ in 0..100 {
        assert_eq!(stack.get("/whoami", None).await.status(), 401);
    }
    // Each worker counts for itself, and one client's requests may be spread over both.
    written(&stack, 9).await;
    let count = lines_of(&stack, "jwt").len();
    assert!((9..=10).contains(&count), "{count} of 100");
}

#[tokio::test]
async fn a_folder_that_others_may_enter_is_refused() {
    let stack = Stack::start().await;
    let folder = stack.folder().join("open");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("a changed mode");
    stack.write_gateway_toml(&format!("{}\n[recording]\nfolder = \"open\"\n", stack.gateway_toml()));
    let (text, code) = told(&witgate(stack.folder(), &["check"], ""));
    assert_eq!(code, Some(2), "{text}");
    for words in ["nothing can be recorded", "is open to other users (mode 755)", "chmod 700", "folder = \"open\""] {
        assert!(text.contains(words), "{words} is missing from\n{text}");
    }
}

#[tokio::test]
async fn the_command_line_records_where_gateway_toml_does_not() {
    let stack = Stack::start().await;
    let folder = tempfile::tempdir().expect("a folder of another gateway");
    let place = folder.path().join("deep/recording");
    let arguments = ["run", "--config", "gateway.toml", "--record-share", "100%", "--record"].map(str::to_owned);
    let arguments = [arguments.as_slice(), &[place.display().to_string()]].concat();
    for name in ["plugins", "gateway.toml"] {
        std::os::unix::fs::symlink(stack.folder().join(name), folder.path().join(name)).expect("a link");
    }
    for secret in std::fs::read_dir(stack.folder()).expect("a folder").flatten().map(|entry| entry.path()) {
        let link = folder.path().join(secret.file_name().expect("a name"));
        if !link.exists() && secret.is_file() {
            std::fs::copy(&secret, link).expect("a copied file");
        }
    }
    let mut gateway = Running::start("witgate", &arguments, folder.path());
    let address = gateway.address("listening on ").await;
    let answer = stack.http().request(Method::GET, format!("{address}/whoami")).send().await.expect("an answer");
    assert_eq!(answer.status(), 401);
    assert!(gateway.stop().await.success());
    let text = text(&place);
    let line: serde_json::Value = serde_json::from_str(text.trim()).expect("one line, written before the end");
    assert_eq!((&line["plugin"], &line["answer"]["code"]), (&"jwt".into(), &"token_missing".into()), "{line}");
    assert!(line["case"].get("token").is_none(), "{line}");
}
