//! Removal of what nothing needs any more, and of nothing else. Never waits: the tests choose the time.

use witgate_auth::config::SessionLimits;
use witgate_auth::store::{EndReason, KEPT_SECONDS, Rotation, Store};

use super::people::{NOW, alice, at, candidate, rotate, session};
use super::place::{LIVES, Place, on_both};

on_both!(
    a_session_that_ended_goes_with_its_tokens,
    a_session_that_ran_out_goes_and_the_log_says_so,
    a_spent_token_is_recognised_as_long_as_its_session_can_go_on,
    what_is_used_once_goes_after_its_time,
    many_rows_go_in_several_batches,
);

async fn a_session_that_ended_goes_with_its_tokens(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    let ((ended, token), (open, _)) = (session(&store, &id).await, session(&store, &id).await);
    rotate(&store, token, candidate(), 1).await;
    store.end_session(ended.sid, None, EndReason::Logout, at(2)).await.unwrap();
    assert_eq!(store.remove_old(at(2 + KEPT_SECONDS).at).await.unwrap(), 0, "kept to the second");
    assert_eq!(store.remove_old(at(3 + KEPT_SECONDS).at).await.unwrap(), 3, "two tokens and the session");
    assert!(store.open_session(open.sid).await.unwrap().is_some());
    assert_eq!(place.number("SELECT count(*) FROM refresh_tokens"), 1);
    assert_eq!(place.number("SELECT count(*) FROM audit WHERE event = 'session_ended'"), 1, "not said twice");
}

async fn a_session_that_ran_out_goes_and_the_log_says_so(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    session(&store, &id).await;
    let over = LIVES.idle + KEPT_SECONDS;
    assert_eq!(store.remove_old(at(over).at).await.unwrap(), 0);
    // A longer life was configured when this token was issued.
    place.sql(&format!("UPDATE refresh_tokens SET expires_at = {}", NOW + over + 1));
    assert_eq!(store.remove_old(at(over + 1).at).await.unwrap(), 0, "its token may still be used");
    place.sql(&format!("UPDATE refresh_tokens SET expires_at = {}", NOW + LIVES.idle));
    assert_eq!(store.remove_old(at(over + 1).at).await.unwrap(), 2);
    let said = "SELECT count(*) FROM audit WHERE event = 'session_ended' AND detail LIKE '%expired%'";
    assert_eq!((place.number(said), store.feed_head().await.unwrap().seq), (1, 0), "its access tokens are long gone");
}

async fn a_spent_token_is_recognised_as_long_as_its_session_can_go_on(place: Place) {
    const DAY: i64 = 86_400;
    drop(place.open().await);
    let lives = SessionLimits { idle: 14 * DAY, absolute: 30 * DAY };
    let store = Store::open(&place.config(), lives).await.unwrap();
    let (open, stolen) = session(&store, &alice(&store).await).await;
    let mine = candidate();
    rotate(&store, stolen, mine, 1).await;
    let mut latest = mine.hash;
    for day in [13, 20, 29] {
        assert_eq!(store.remove_old(at(day * DAY).at).await.unwrap(), 0);
        let next = candidate();
        assert!(matches!(rotate(&store, latest, next, day * DAY).await, Rotation::Rotated(_)), "day {day}");
        latest = next.hash;
    }
    let reused = rotate(&store, stolen, candidate(), 29 * DAY + 60).await;
    assert!(matches!(reused, Rotation::Reused { sid, .. } if sid == open.sid));
}

async fn what_is_used_once_goes_after_its_time(place: Place) {
    let store = place.open().await;
    let user = alice(&store).await;
    let bytes = |n: i64| if matches!(place, Place::Sqlite(_)) { format!("x'{n:02}'") } else { format!("'\\x{n:02}'") };
    place.sql(
        "INSERT INTO clients (client_id, name, auth_method, redirect_uris, grant_types, scopes, audiences, first_party, created_at)
         VALUES ('c', 'c', 'none', '[]', '[]', '[]', '[]', 1, 0)",
    );
    for (n, expires) in [(1, NOW), (2, NOW + 2)] {
        let hash = bytes(n);
        place.sql(&format!("INSERT INTO used_assertions (hash, expires_at) VALUES ({hash}, {expires})"));
        place.sql(&format!(
            "INSERT INTO browser_sessions (hash, user_id, auth_time, amr, expires_at) VALUES ({hash}, '{user}', 0, '[]', {expires})"
        ));
        place.sql(&format!(
            "INSERT INTO authorization_codes (hash, client_id, user_id, redirect_uri, code_challenge, scope, auth_time, amr, expires_at)
             VALUES ({hash}, 'c', '{user}', 'u', 'x', '', 0, '[]', {expires})"
        ));
    }
    let (ended, hash) = (NOW, bytes(3));
    place.sql(&format!(
        "INSERT INTO browser_sessions (hash, user_id, auth_time, amr, expires_at, ended_at)
         VALUES ({hash}, '{user}', 0, '[]', {}, {ended})",
        NOW + 1_000_000
    ));
    assert_eq!(store.remove_old(at(KEPT_SECONDS).at).await.unwrap(), 0);
    assert_eq!(store.remove_old(at(KEPT_SECONDS + 1).at).await.unwrap(), 4);
    for table in ["used_assertions", "browser_sessions", "authorization_codes"] {
        assert_eq!(place.number(&format!("SELECT count(*) FROM {table}")), 1, "{table}");
    }
}

async fn many_rows_go_in_several_batches(place: Place) {
    let store = place.open().await;
    let (over, _) = session(&store, &alice(&store).await).await;
    let hash = match place {
        Place::Sqlite(_) => "randomblob(32)",
        Place::Postgres(_) => "sha256(i::text::bytea)",
    };
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2998)";
    place.sql(&format!(
        "{many} INSERT INTO refresh_tokens (hash, sid, issued_at, expires_at) SELECT {hash}, '{}', 0, 0 FROM n",
        over.sid
    ));
    place.sql(&format!("{many} INSERT INTO used_assertions (hash, expires_at) SELECT {hash}, 0 FROM n"));
    store.end_session(over.sid, None, EndReason::Logout, at(1)).await.unwrap();
    assert_eq!(store.remove_old(at(2 + KEPT_SECONDS).at).await.unwrap(), 2998 + 3000, "exact, also at a full batch");
    assert_eq!(place.number("SELECT count(*) FROM refresh_tokens"), 0);
}
