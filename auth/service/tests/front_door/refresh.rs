//! Rotation of refresh tokens: one use each, and the end of the session on any other. Never waits for time to pass:
//! the database is told that it did.

use serde_json::json;

use super::both::on_both;
use super::service::{Folder, Service};

on_both!(
    each_refresh_gives_a_new_pair,
    reuse_ends_the_session_for_thief_and_owner,
    of_two_at_the_same_time_one_family_stays_with_one_live_token,
    a_lost_answer_is_given_again_and_the_session_goes_on,
    reuse_after_the_grace_ends_the_session,
    what_is_no_token_of_ours_is_refused,
    a_disabled_user_cannot_refresh_and_enabling_does_not_revive_the_session,
    the_users_state_is_read_again,
    old_tokens_and_old_sessions_are_refused,
    a_token_lives_14_days_but_never_longer_than_its_session,
    an_access_token_is_no_refresh_token,
);

async fn each_refresh_gives_a_new_pair(folder: Folder) {
    let service = Service::start(&folder).await;
    let first = service.login("alice", "correct horse").await;
    let mut refresh = first.string("refresh_token");
    let mut access = first.string("access_token");
    for _ in 0..3 {
        let next = service.refresh(&refresh).await;
        assert_eq!(next.status, 200, "{next:?}");
        assert_eq!(next.headers["cache-control"], "no-store");
        assert!(next.string("refresh_token") != refresh && next.string("access_token") != access);
        (refresh, access) = (next.string("refresh_token"), next.string("access_token"));
    }
    assert_eq!(folder.number("SELECT count(*) FROM sessions"), 1);
    assert_eq!(folder.number("SELECT count(*) FROM refresh_tokens WHERE spent_at IS NULL"), 1);
}

async fn reuse_ends_the_session_for_thief_and_owner(folder: Folder) {
    let service = Service::start(&folder).await;
    let (stolen, other) = (service.alice().await, service.alice().await);
    let current = service.refresh(&stolen).await.string("refresh_token");
    let current = service.refresh(&current).await.string("refresh_token");
    service.refresh(&stolen).await.is_problem(401, "invalid_grant");
    service.refresh(&current).await.is_problem(401, "invalid_grant");
    assert_eq!(service.refresh(&other).await.status, 200, "another session of the same user lives on");
    assert_eq!(folder.number("SELECT count(*) FROM sessions WHERE end_reason = 'refresh_reused'"), 1);
}

/// A page that is loaded twice sends its token twice.
async fn of_two_at_the_same_time_one_family_stays_with_one_live_token(folder: Folder) {
    let service = Service::start(&folder).await;
    for _ in 0..10 {
        let token = service.alice().await;
        let (one, two) = tokio::join!(service.refresh(&token), service.refresh(&token));
        assert_eq!([one.status, two.status], [200, 200]);
        assert_eq!(one.string("refresh_token"), two.string("refresh_token"), "the same successor");
        assert_eq!(folder.number("SELECT count(*) FROM refresh_tokens WHERE spent_at IS NULL"), 1);
        assert_eq!(folder.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 1);
        service.logout(&token).await;
        folder.sql("DELETE FROM refresh_tokens");
    }
    assert!(folder.log().contains("refresh_repeated"));
}

async fn a_lost_answer_is_given_again_and_the_session_goes_on(folder: Folder) {
    let service = Service::start(&folder).await;
    let token = service.alice().await;
    let lost = service.refresh(&token).await.string("refresh_token");
    assert_eq!(service.refresh(&token).await.string("refresh_token"), lost, "the same successor");
    let current = service.refresh(&lost).await.string("refresh_token");
    service.refresh(&token).await.is_problem(401, "invalid_grant");
    service.refresh(&current).await.is_problem(401, "invalid_grant");
}

async fn reuse_after_the_grace_ends_the_session(folder: Folder) {
    let service = Service::start(&folder).await;
    let stolen = service.alice().await;
    let current = service.refresh(&stolen).await.string("refresh_token");
    let grace_is_over = "UPDATE refresh_tokens SET spent_at = spent_at - 10 WHERE spent_at IS NOT NULL";
    assert_eq!(folder.sql(grace_is_over), 1);
    service.refresh(&stolen).await.is_problem(401, "invalid_grant");
    service.refresh(&current).await.is_problem(401, "invalid_grant");
    assert_eq!(folder.number("SELECT count(*) FROM sessions WHERE end_reason = 'refresh_reused'"), 1);
}

async fn what_is_no_token_of_ours_is_refused(folder: Folder) {
    let service = Service::start(&folder).await;
    let well_formed = format!("wgr_{}", "A".repeat(43));
    for token in ["", "x", "wgr_", &well_formed] {
        service.refresh(token).await.is_problem(401, "invalid_grant");
    }
}

async fn a_disabled_user_cannot_refresh_and_enabling_does_not_revive_the_session(folder: Folder) {
    let service = Service::start(&folder).await;
    let token = service.alice().await;
    let done = folder.cli(&["user", "disable", "alice"], "").await;
    assert!(done.stdout.contains("ended 1 session"), "{}", done.stdout);
    service.refresh(&token).await.is_problem(401, "invalid_grant");
    service.login("alice", "correct horse").await.is_problem(401, "invalid_credentials");
    assert_eq!(folder.cli(&["user", "enable", "alice"], "").await.code, 0);
    service.refresh(&token).await.is_problem(401, "invalid_grant");
    service.alice().await;
}

/// The state is checked at each refresh, even if a session was left open.
async fn the_users_state_is_read_again(folder: Folder) {
    let service = Service::start(&folder).await;
    let token = service.alice().await;
    assert_eq!(folder.sql("UPDATE users SET roles = '[\"staff\"]'"), 1);
    let promoted = service.refresh(&token).await;
    assert!(promoted.string("scope").contains("stock:write"));
    assert_eq!(folder.sql("UPDATE users SET disabled_at = 1"), 1);
    service.refresh(&promoted.string("refresh_token")).await.is_problem(401, "invalid_grant");
    assert_eq!(folder.number("SELECT count(*) FROM sessions WHERE end_reason = 'user_disabled'"), 1);
}

async fn old_tokens_and_old_sessions_are_refused(folder: Folder) {
    let service = Service::start(&folder).await;
    let idle = service.alice().await;
    assert_eq!(folder.sql("UPDATE refresh_tokens SET expires_at = unixepoch()"), 1);
    service.refresh(&idle).await.is_problem(401, "invalid_grant");
    let old = service.alice().await;
    folder.sql("UPDATE sessions SET created_at = unixepoch() - 30 * 86400 WHERE ended_at IS NULL");
    service.refresh(&old).await.is_problem(401, "invalid_grant");
    assert_eq!(folder.number("SELECT count(*) FROM sessions WHERE end_reason = 'expired'"), 2);
}

async fn a_token_lives_14_days_but_never_longer_than_its_session(folder: Folder) {
    let service = Service::start(&folder).await;
    let token = service.alice().await;
    assert_eq!(folder.number("SELECT expires_at - issued_at FROM refresh_tokens"), 14 * 86_400);
    folder.sql("UPDATE sessions SET created_at = unixepoch() - 29 * 86400");
    assert_eq!(service.refresh(&token).await.status, 200);
    let query = "SELECT r.expires_at - s.created_at FROM refresh_tokens r JOIN sessions s USING (sid)
                 WHERE r.spent_at IS NULL";
    assert_eq!(folder.number(query), 30 * 86_400);
}

async fn an_access_token_is_no_refresh_token(folder: Folder) {
    let service = Service::start(&folder).await;
    let access = service.login("alice", "correct horse").await.string("access_token");
    service.post("/refresh", &json!({ "refresh_token": access })).await.is_problem(401, "invalid_grant");
}
