//! However much is revoked, the feed stays one that its readers take, and nothing of it is revoked less. Never over HTTP.

use std::collections::BTreeMap;

use witgate_auth::config::MAX_ACCESS_TOKEN_SECONDS;
use witgate_auth::store::{
    CROWD, Client, EndReason, Event, FeedHead, FeedPage, IssuedToken, LEEWAY_SECONDS, MAX_OF_SUBJECT,
    MAX_OF_SUBJECT_IN_A_CROWD, Revoked, RevokedKind, Rotation, Store,
};

use super::people::{CLIENT, NOW, alice, at, candidate, issued, new_user, revoke, rotate, session};
use super::place::{Place, on_both};

on_both!(
    an_entry_lives_as_long_as_a_token_of_its_session,
    a_session_without_a_living_token_is_no_entry,
    a_session_of_an_unknown_life_has_the_longest,
    one_subject_does_not_fill_the_feed,
    in_a_crowd_a_subject_has_fewer_entries,
    sessions_beyond_the_bound_are_revoked_with_their_last_token,
    the_entry_of_a_subject_never_revokes_less,
    all_sessions_of_a_user_with_many_are_one_entry,
    a_disabled_client_is_one_entry_for_all_that_it_may_get_yet,
    a_client_and_a_user_with_more_sessions_than_the_feed_holds_are_disabled,
);

/// More than a feed may have entries.
const MORE_THAN_FIT: i64 = 110_000;
const MAX_LIFE: i64 = MAX_ACCESS_TOKEN_SECONDS as i64;

async fn snapshot(store: &Store, seconds: i64) -> FeedPage {
    store.feed_since(None, NOW + seconds).await.unwrap()
}

fn kinds(page: &FeedPage) -> BTreeMap<&str, usize> {
    let mut kinds = BTreeMap::new();
    for entry in &page.entries {
        *kinds.entry(entry.kind.as_str()).or_default() += 1;
    }
    kinds
}

async fn only_until(store: &Store, seconds: i64) -> i64 {
    let page = snapshot(store, seconds).await;
    assert_eq!(page.entries.len(), 1, "{page:?}");
    page.entries[0].until.unwrap() - NOW
}

/// Opens so many sessions behind the store's back, of tokens of one minute.
fn open_many(place: &Place, user: &str, client: &str, count: i64) {
    place.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO sessions (sid, user_id, created_at, last_used_at, client_id, tokens_until)
         SELECT '{client}-' || i, '{user}', {NOW}, {NOW} + i % 50, '{client}', {NOW} + 60 + i % 50 FROM n"
    ));
}

async fn add_client(store: &Store, client_id: &str) {
    let client = Client {
        client_id: client_id.into(),
        name: client_id.into(),
        auth_method: "none".into(),
        secret_hash: None,
        jwks: None,
        redirect_uris: Vec::new(),
        grant_types: Vec::new(),
        scopes: Vec::new(),
        audiences: Vec::new(),
        first_party: true,
        created_at: NOW,
        disabled_at: None,
    };
    store.add_client(client, at(0)).await.unwrap();
}

async fn an_entry_lives_as_long_as_a_token_of_its_session(place: Place) {
    let (long, short) = (place.open().await.with_tokens_of(600), place.open().await.with_tokens_of(30));
    let id = alice(&long).await;
    let (ended, _) = session(&short, &id).await;
    short.end_session(ended.sid, None, EndReason::Logout, at(5)).await.unwrap();
    assert_eq!(only_until(&short, 5).await, 30);
    assert_eq!(only_until(&short, 30 + LEEWAY_SECONDS - 1).await, 30);
    assert!(snapshot(&short, 30 + LEEWAY_SECONDS).await.entries.is_empty());

    // A longer life was configured before, and the second refresh was answered twice.
    let (ended, token) = session(&long, &id).await;
    let next = candidate();
    rotate(&short, token, next, 400).await;
    rotate(&short, next.hash, candidate(), 585).await;
    let repeated = rotate(&short, next.hash, candidate(), 590).await;
    assert!(matches!(repeated, Rotation::Repeated(..)), "{repeated:?}");
    long.end_session(ended.sid, None, EndReason::Logout, at(591)).await.unwrap();
    assert_eq!(only_until(&long, 591).await, 590 + 30);
    let (ended, token) = session(&long, &id).await;
    rotate(&short, token, candidate(), 400).await;
    short.end_session(ended.sid, None, EndReason::Logout, at(401)).await.unwrap();
    assert_eq!(snapshot(&short, 401).await.entries.last().unwrap().until, Some(NOW + 600));
}

async fn a_session_without_a_living_token_is_no_entry(place: Place) {
    let store = place.open().await.with_tokens_of(30);
    let id = alice(&store).await;
    let (one, _) = session(&store, &id).await;
    session(&store, &id).await;
    // As long as an entry may be of use to a node with a clock behind.
    let of_use = 30 + LEEWAY_SECONDS + 3600;
    store.end_session(one.sid, None, EndReason::Expired, at(of_use)).await.unwrap();
    assert_eq!(store.feed_head().await.unwrap().seq, 1);
    assert_eq!(store.disable_user("alice".into(), at(of_use + 1)).await.unwrap(), Some(1));
    assert_eq!(store.feed_head().await.unwrap().seq, 1);
    assert!(snapshot(&store, of_use).await.entries.is_empty());
    assert_eq!(store.prune_revocations(NOW + of_use + 3600).await.unwrap(), 0, "readers that follow need its number");
}

async fn a_session_of_an_unknown_life_has_the_longest(place: Place) {
    let store = place.open().await.with_tokens_of(30);
    let id = alice(&store).await;
    let ((one, _), (two, token)) = (session(&store, &id).await, session(&store, &id).await);
    place.sql("UPDATE sessions SET tokens_until = NULL");
    rotate(&store, token, candidate(), 100).await;
    store.end_session(two.sid, None, EndReason::Logout, at(200)).await.unwrap();
    assert_eq!(only_until(&store, 200).await, 100 + MAX_LIFE);
    store.end_session(one.sid, None, EndReason::Logout, at(300)).await.unwrap();
    assert_eq!(snapshot(&store, 300).await.entries[1].until, Some(NOW + 300 + MAX_LIFE));
}

async fn one_subject_does_not_fill_the_feed(place: Place) {
    let store = place.open().await;
    let (epoch, many) = (store.feed_head().await.unwrap().epoch, 2 * MAX_OF_SUBJECT as i64);
    for second in 0..many {
        revoke(&store, "loud", &format!("t{second}"), second).await;
        // Of the same second, and older: both are said already where a subject is.
        revoke(&store, "loud", &format!("u{second}"), second).await;
    }
    revoke(&store, "quiet", "q", many).await;
    let page = snapshot(&store, many).await;
    assert_eq!(kinds(&page), BTreeMap::from([("subject", 1), ("token", MAX_OF_SUBJECT + 1)]));
    let subject = page.entries.iter().find(|entry| entry.kind == RevokedKind::Subject).unwrap();
    assert_eq!((subject.name.as_str(), subject.at), ("loud", NOW + many - 1));
    assert_eq!(subject.until, Some(NOW + many - 1 + MAX_LIFE), "as long as the last token that it means");
    for second in 0..many {
        for name in ["t", "u"] {
            let token = issued("loud", &format!("{name}{second}"), second);
            assert!(store.is_token_revoked(token).await.unwrap(), "{name}{second}");
        }
    }
    assert!(!store.is_token_revoked(issued("loud", "new", many)).await.unwrap(), "a new token counts");
    assert!(!store.is_token_revoked(issued("quiet", "other", many)).await.unwrap());

    let delta = store.feed_since(Some(FeedHead { epoch, seq: 0 }), NOW + many).await.unwrap();
    let numbers: Vec<i64> = delta.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=page.cursor).collect::<Vec<_>>(), "who follows misses no number");
    // The first hundred seconds took two entries each; then each second had one, and the other subject has its own.
    assert_eq!(page.cursor, MAX_OF_SUBJECT as i64 + (many - MAX_OF_SUBJECT as i64 / 2) + 1);

    // When the single ones are over, there is room again.
    let later = many + MAX_LIFE + LEEWAY_SECONDS;
    revoke(&store, "loud", "later", later).await;
    assert_eq!(kinds(&snapshot(&store, later).await), BTreeMap::from([("token", 1)]));
}

async fn in_a_crowd_a_subject_has_fewer_entries(place: Place) {
    let store = place.open().await;
    let few = MAX_OF_SUBJECT_IN_A_CROWD as i64;
    let (others, later) = (CROWD as i64 - few - 1, LEEWAY_SECONDS);
    // As many again are over.
    place.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2 * {others})
         INSERT INTO revocations (seq, kind, name, at, until_at, subject)
         SELECT i, 'token', 'other-' || i, {NOW}, {NOW} + 1000 * (i % 2), 'other-' || i FROM n"
    ));
    place.sql(&format!("UPDATE feed SET seq = 2 * {others}"));
    for (subject, tokens) in [("early", few + 1), ("late", few + 2), ("early", few + 2)] {
        for number in 0..tokens {
            revoke(&store, subject, &format!("{subject}-{number}"), later).await;
        }
        for number in 0..tokens {
            let token = issued(subject, &format!("{subject}-{number}"), later);
            assert!(store.is_token_revoked(token).await.unwrap(), "{subject}-{number}");
        }
    }
    let page = snapshot(&store, later).await;
    let of = |subject: &str, kind| {
        let is_meant = |entry: &&Revoked| entry.name.starts_with(subject) && entry.kind == kind;
        page.entries.iter().filter(is_meant).count() as i64
    };
    assert_eq!(
        (of("early", RevokedKind::Token), of("early", RevokedKind::Subject)),
        (few + 1, 1),
        "the last one in time"
    );
    assert_eq!((of("late", RevokedKind::Token), of("late", RevokedKind::Subject)), (few, 1));
    assert_eq!(page.entries.len() as i64, others + 2 * few + 3);
}

async fn sessions_beyond_the_bound_are_revoked_with_their_last_token(place: Place) {
    let store = place.open().await.with_tokens_of(30);
    let id = alice(&store).await;
    open_many(&place, &id, CLIENT, MAX_OF_SUBJECT as i64);
    assert_eq!(store.end_sessions_of_user(id.clone(), None, EndReason::Logout, at(50)).await.unwrap(), MAX_OF_SUBJECT);
    assert_eq!(kinds(&snapshot(&store, 50).await), BTreeMap::from([("session", MAX_OF_SUBJECT)]));
    let (ended, token) = session(&store, &id).await;
    rotate(&store, token, candidate(), 55).await;
    store.end_session(ended.sid, None, EndReason::Logout, at(58)).await.unwrap();
    let page = snapshot(&store, 58).await;
    let last = page.entries.last().unwrap();
    assert_eq!(
        (last.kind, &last.name, last.at, last.until),
        (RevokedKind::Subject, &id, NOW + 55, Some(NOW + 55 + 30))
    );
    // What was issued since to another session of the user still counts.
    for (seconds, revoked) in [(0, true), (55, true), (56, false)] {
        assert_eq!(store.is_token_revoked(issued(&id, "t", seconds)).await.unwrap(), revoked, "{seconds}");
    }
}

async fn the_entry_of_a_subject_never_revokes_less(place: Place) {
    let store = place.open().await;
    for number in 0..MAX_OF_SUBJECT {
        revoke(&store, "loud", &format!("t{number}"), 0).await;
    }
    let token = |issued_at: i64, expires_at: i64| IssuedToken {
        jti: format!("{issued_at}-{expires_at}"),
        subject: "loud".into(),
        issued_at: NOW + issued_at,
        expires_at: NOW + expires_at,
    };
    for ((issued, expires), said) in [
        ((10, 600), (10, 600)),
        ((5, 500), (10, 600)),
        ((5, 900), (10, 900)),
        ((20, 700), (20, 900)),
        ((20, 900), (20, 900)),
    ] {
        store.revoke_token(token(issued, expires), Event::named("token_revoked"), at(30)).await.unwrap();
        let page = snapshot(&store, 30).await;
        let subjects: Vec<_> = page.entries.iter().filter(|entry| entry.kind == RevokedKind::Subject).collect();
        assert_eq!(subjects.len(), 1, "{subjects:?}");
        assert_eq!((subjects[0].at - NOW, subjects[0].until.unwrap() - NOW), said, "{issued} {expires}");
    }
    assert_eq!(store.feed_head().await.unwrap().seq, MAX_OF_SUBJECT as i64 + 3, "what is said is not said again");
}

async fn all_sessions_of_a_user_with_many_are_one_entry(place: Place) {
    let store = place.open().await;
    let (id, bob) = (alice(&store).await, store.add_user(new_user("bob"), at(0)).await.unwrap());
    let ((kept, _), (bobs, _)) = (session(&store, &id).await, session(&store, &bob).await);
    let many = MAX_OF_SUBJECT as i64 + 50;
    open_many(&place, &id, CLIENT, many);
    let ended =
        store.end_sessions_of_user(id.clone(), Some(kept.sid.clone()), EndReason::Revoked, at(60)).await.unwrap();
    assert_eq!(ended as i64, many);
    let page = snapshot(&store, 60).await;
    assert_eq!(page.entries.len(), 1);
    let entry = &page.entries[0];
    assert_eq!((entry.kind, &entry.name, entry.at), (RevokedKind::Subject, &id, NOW + 49), "the last refresh of all");
    assert_eq!(entry.until, Some(NOW + 60 + 49));
    for open in [kept.sid, bobs.sid] {
        assert!(store.open_session(open).await.unwrap().is_some());
    }
    let said = format!(
        "SELECT count(*) FROM audit WHERE event = 'session_ended' AND user_id = '{id}' AND client_id = '{CLIENT}'
         AND actor = 'test' AND source = '192.0.2.7' AND detail LIKE '%\"revoked\"%' AND sid LIKE '{CLIENT}-%'"
    );
    assert_eq!(place.number(&said), many);
}

async fn a_disabled_client_is_one_entry_for_all_that_it_may_get_yet(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    add_client(&store, "shop").await;
    open_many(&place, &id, "shop", 3);
    let (other, _) = session(&store, &id).await;
    assert_eq!(store.disable_client("shop".into(), at(60)).await.unwrap(), Some(3));
    let page = snapshot(&store, 60).await;
    assert_eq!(page.entries.len(), 1, "{page:?}");
    let entry = &page.entries[0];
    assert_eq!((entry.kind, entry.name.as_str()), (RevokedKind::Client, "shop"));
    // One that is issued at the same time, after a long wait, and by a clock ahead.
    assert!(entry.at >= NOW + 60 + MAX_LIFE + LEEWAY_SECONDS, "{entry:?}");
    assert!(entry.until.unwrap() >= entry.at + MAX_LIFE, "listed while any of them can live");
    assert!(store.open_session(other.sid).await.unwrap().is_some());
    let said = "SELECT count(*) FROM audit WHERE event = 'session_ended' AND client_id = 'shop' AND actor = 'test'
                AND detail LIKE '%client_disabled%'";
    assert_eq!(place.number(said), 3);
    assert_eq!(store.disable_client("shop".into(), at(61)).await.unwrap(), Some(0));
    assert_eq!(place.number(said), 3, "not said twice");
}

/// Each of them in one transaction, in the time that a verb has.
async fn a_client_and_a_user_with_more_sessions_than_the_feed_holds_are_disabled(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    add_client(&store, "shop").await;
    open_many(&place, &id, "shop", MORE_THAN_FIT);
    assert_eq!(store.disable_client("shop".into(), at(60)).await.unwrap(), Some(MORE_THAN_FIT as usize));
    open_many(&place, &id, CLIENT, MORE_THAN_FIT);
    assert_eq!(store.disable_user("alice".into(), at(60)).await.unwrap(), Some(MORE_THAN_FIT as usize));
    assert_eq!(kinds(&snapshot(&store, 60).await), BTreeMap::from([("client", 1), ("subject", 1)]));
    assert_eq!(place.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 0);
    assert_eq!(place.number("SELECT count(*) FROM audit WHERE event = 'session_ended'"), 2 * MORE_THAN_FIT);
}
