//! The second factor: set up, needed, used once, removed. The app is the test's own, written after RFC 6238. Never waits
//! for a clock: a step is made unused in the database instead.

use aws_lc_rs::hmac;
use reqwest::Method;
use serde_json::{Value, json};

use super::both::on_both;
use super::service::{Answer, Folder, Service};

on_both!(
    a_factor_is_needed_once_it_is_confirmed,
    a_code_counts_once,
    a_recovery_code_counts_once,
    the_password_alone_removes_nothing,
    wrong_codes_lock_the_account_and_the_password_does_not_unlock_it,
    an_administrator_resets_it,
);

const PASSWORD: &str = "correct horse";

/// RFC 6238 with SHA-1, six digits, 30 seconds.
pub fn code_of(secret: &str, steps_off: i64) -> String {
    let key = base32::decode(base32::Alphabet::Rfc4648 { padding: false }, secret).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let step = (now / 30).checked_add_signed(steps_off).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let mac = hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(mac.as_ref()[19] & 15);
    let bits = u32::from_be_bytes(mac.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", bits % 1_000_000)
}

/// A code that is no code of these steps.
pub fn wrong_code(secret: &str) -> String {
    let right: Vec<String> = (-2..=2).map(|off| code_of(secret, off)).collect();
    (0..).map(|n| format!("{n:06}")).find(|code| !right.contains(code)).unwrap()
}

async fn ask(service: &Service, method: Method, path: &str, token: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    service.send(method, path, &headers, body.to_string()).await
}

pub async fn login(service: &Service, code: &str) -> Answer {
    service.post("/login", &json!({ "username": "alice", "password": PASSWORD, "otp": code })).await
}

/// Alice's session, secret and recovery codes.
pub struct Enrolled {
    pub service: Service,
    token: String,
    pub secret: String,
    pub recovery: Vec<String>,
}

pub async fn enrolled(folder: &Folder) -> Enrolled {
    let service = Service::start(folder).await;
    let token = service.login("alice", PASSWORD).await.string("access_token");
    let answer = ask(&service, Method::POST, "/second-factor", &token, &json!({ "password": PASSWORD })).await;
    assert_eq!((answer.status, &answer.headers["cache-control"]), (200, &"no-store".parse().unwrap()), "{answer:?}");
    let secret = answer.string("secret");
    assert!(answer.string("otpauth_uri").contains(&secret), "{answer:?}");
    let code = json!({ "otp": code_of(&secret, 0) });
    let answer = ask(&service, Method::POST, "/second-factor/confirm", &token, &code).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let codes = answer.json()["recovery_codes"].as_array().unwrap().clone();
    let recovery = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    forget_steps(folder);
    Enrolled { service, token, secret, recovery }
}

/// As if a long time had passed since the last code.
fn forget_steps(folder: &Folder) {
    folder.sql("UPDATE second_factors SET last_step = NULL");
}

async fn a_factor_is_needed_once_it_is_confirmed(folder: Folder) {
    let service = Service::start(&folder).await;
    let token = service.login("alice", PASSWORD).await.string("access_token");
    let post = async |path: &str, body: Value| ask(&service, Method::POST, path, &token, &body).await;
    post("/second-factor/confirm", json!({ "otp": "123456" })).await.is_problem(404, "no_second_factor");
    post("/second-factor", json!({ "password": "wrong horse" })).await.is_problem(401, "invalid_credentials");
    let first = post("/second-factor", json!({ "password": PASSWORD })).await.string("secret");
    assert_eq!(service.login("alice", PASSWORD).await.status, 200, "not in force yet");
    let secret = post("/second-factor", json!({ "password": PASSWORD })).await.string("secret");
    assert_ne!(first, secret);
    post("/second-factor/confirm", json!({ "otp": wrong_code(&secret) })).await.is_problem(401, "second_factor_wrong");
    let confirmed = post("/second-factor/confirm", json!({ "otp": code_of(&secret, 0) })).await;
    assert_eq!(confirmed.json()["recovery_codes"].as_array().map(Vec::len), Some(10), "{confirmed:?}");
    post("/second-factor", json!({ "password": PASSWORD })).await.is_problem(409, "second_factor_exists");
    post("/second-factor/confirm", json!({ "otp": "123456" })).await.is_problem(409, "second_factor_exists");

    service.login("alice", PASSWORD).await.is_problem(401, "second_factor_needed");
    service.login("alice", "wrong horse").await.is_problem(401, "invalid_credentials");
    forget_steps(&folder);
    let signed_in = login(&service, &code_of(&secret, 0)).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let sessions = ask(&service, Method::GET, "/sessions", &signed_in.string("access_token"), &json!({})).await.json();
    let session = sessions["sessions"].as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
    assert_eq!(session["amr"], json!(["pwd", "otp", "mfa"]));
    for event in ["second_factor_enrolled", "second_factor_confirmed"] {
        assert!(folder.number(&format!("SELECT count(*) FROM audit WHERE event = '{event}'")) > 0, "{event}");
    }
    let log = folder.log();
    assert!(!log.contains(&secret) && !log.contains(&first));
}

async fn a_code_counts_once(folder: Folder) {
    let Enrolled { service, secret, .. } = enrolled(&folder).await;
    let code = code_of(&secret, 0);
    let (one, two, three) = tokio::join!(login(&service, &code), login(&service, &code), login(&service, &code));
    let mut statuses = [one.status, two.status, three.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401], "of three at once, one");
    login(&service, &code).await.is_problem(401, "second_factor_wrong");
    login(&service, &code_of(&secret, -1)).await.is_problem(401, "second_factor_wrong");
}

async fn a_recovery_code_counts_once(folder: Folder) {
    let Enrolled { service, token, secret, recovery } = enrolled(&folder).await;
    let typed = recovery[0].to_lowercase().replace('-', " ");
    let answer = login(&service, &typed).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    login(&service, &recovery[0]).await.is_problem(401, "second_factor_wrong");
    assert_eq!(folder.number("SELECT count(*) FROM audit WHERE event = 'recovery_code_used'"), 1);

    let proof = json!({ "password": PASSWORD, "otp": code_of(&secret, 0) });
    let renewed = ask(&service, Method::POST, "/second-factor/recovery-codes", &token, &proof).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    login(&service, &recovery[1]).await.is_problem(401, "second_factor_wrong");
    let new = renewed.json()["recovery_codes"][9].as_str().unwrap().to_owned();
    assert_eq!(login(&service, &new).await.status, 200);
    assert!(!folder.log().contains(&new));
}

async fn the_password_alone_removes_nothing(folder: Folder) {
    let Enrolled { service, token, recovery, .. } = enrolled(&folder).await;
    for (method, path) in [(Method::DELETE, "/second-factor"), (Method::POST, "/second-factor/recovery-codes")] {
        let alone = ask(&service, method.clone(), path, &token, &json!({ "password": PASSWORD })).await;
        alone.is_problem(401, "second_factor_needed");
        let wrong = json!({ "password": "wrong horse", "otp": recovery[0] });
        ask(&service, method, path, &token, &wrong).await.is_problem(401, "invalid_credentials");
    }
    service.login("alice", PASSWORD).await.is_problem(401, "second_factor_needed");
    let proof = json!({ "password": PASSWORD, "otp": recovery[0] });
    assert_eq!(ask(&service, Method::DELETE, "/second-factor", &token, &proof).await.status, 204);
    assert_eq!(service.login("alice", PASSWORD).await.status, 200);
    assert_eq!(folder.number("SELECT count(*) FROM recovery_codes"), 0);
    let again = ask(&service, Method::DELETE, "/second-factor", &token, &proof).await;
    again.is_problem(404, "no_second_factor");
}

async fn wrong_codes_lock_the_account_and_the_password_does_not_unlock_it(folder: Folder) {
    let Enrolled { service, token, secret, recovery } = enrolled(&folder).await;
    let failures = || folder.number("SELECT max(failures) FROM throttles WHERE key LIKE 'account:%'");
    for _ in 0..3 {
        login(&service, &wrong_code(&secret)).await.is_problem(401, "second_factor_wrong");
    }
    service.login("alice", PASSWORD).await.is_problem(401, "second_factor_needed");
    let change = json!({ "old_password": PASSWORD, "new_password": "battery staple" });
    assert_eq!(ask(&service, Method::POST, "/password", &token, &change).await.status, 200);
    assert_eq!(failures(), 3, "the password alone forgets nothing");
    let back = json!({ "old_password": "battery staple", "new_password": PASSWORD });
    assert_eq!(ask(&service, Method::POST, "/password", &token, &back).await.status, 200);
    folder.sql("UPDATE throttles SET failures = 20, last_at = unixepoch()");
    login(&service, &recovery[0]).await.is_problem(429, "too_many_attempts");
    folder.sql("UPDATE throttles SET failures = 3");
    assert_eq!(login(&service, &recovery[0]).await.status, 200, "what was tried during the lock was not used up");
    assert_eq!(folder.number("SELECT count(*) FROM throttles WHERE key LIKE 'account:%'"), 0);
}

async fn an_administrator_resets_it(folder: Folder) {
    let Enrolled { service, .. } = enrolled(&folder).await;
    let done = folder.cli(&["user", "reset-second-factor", "ALICE"], "").await;
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(service.login("alice", PASSWORD).await.status, 200);
    assert_eq!(folder.number("SELECT count(*) FROM audit WHERE event = 'second_factor_removed' AND actor = 'cli'"), 1);
    let again = folder.cli(&["user", "reset-second-factor", "alice"], "").await;
    assert!(again.code == 1 && again.stderr.contains("no second factor"), "{}", again.stderr);
    let nobody = folder.cli(&["user", "reset-second-factor", "bob"], "").await;
    assert!(nobody.code == 1 && nobody.stderr.contains("user list"), "{}", nobody.stderr);
}

/// Who puts another user's sealed secret into an account must not get in.
#[tokio::test]
async fn a_secret_is_sealed_and_bound_to_its_account() {
    let folder = Folder::with_alice().await;
    folder.add("bob", "customer", PASSWORD).await;
    let Enrolled { service, secret, .. } = enrolled(&folder).await;
    let key = base32::decode(base32::Alphabet::Rfc4648 { padding: false }, &secret).unwrap();
    let state = folder.state_bytes();
    assert!(!state.windows(key.len()).any(|window| window == key), "the secret lies there in clear");
    folder.sql("UPDATE second_factors SET user_id = (SELECT id FROM users WHERE name = 'bob')");
    let body = json!({ "username": "bob", "password": PASSWORD, "otp": code_of(&secret, 0) });
    service.post("/login", &body).await.is_problem(500, "internal_error");
}
