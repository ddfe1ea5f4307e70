//! The schema: made once, by whoever comes first, and refused when it is newer. Never a downgrade.

use witgate_auth::store::{EndReason, RevokedKind, Store, StoreError};

use super::people::{alice, at, session};
use super::place::{LIVES, Place, on_both, reached_at};

on_both!(
    nodes_that_start_at_once_make_one_schema,
    a_newer_schema_is_refused,
    a_schema_of_before_is_brought_up_to_date,
);

async fn nodes_that_start_at_once_make_one_schema(place: Place) {
    let config = place.config();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let config = config.clone();
        tasks.spawn(async move { Store::open(&config, LIVES).await.map(|store| (store.clone(), store)) });
    }
    let stores = tasks.join_all().await;
    for store in &stores {
        store.as_ref().expect("each opens").0.ready().await.expect("and works");
    }
    alice(&stores[0].as_ref().unwrap().0).await;
    assert!(stores[1].as_ref().unwrap().1.credentials("alice".into()).await.unwrap().is_some());
}

async fn a_newer_schema_is_refused(place: Place) {
    drop(place.open().await);
    match place {
        Place::Sqlite(_) => place.sql("PRAGMA user_version = 99"),
        Place::Postgres(_) => place.sql("INSERT INTO schema_version (number) VALUES (99)"),
    };
    let refused = place.try_open().await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, .. }), "{refused:?}");
    assert!(refused.to_string().contains("newer program"), "{refused}");
}

/// As the version before the last migration left it.
async fn a_schema_of_before_is_brought_up_to_date(place: Place) {
    let store = place.open().await;
    let (ended, _) = session(&store, &alice(&store).await).await;
    store.end_session(ended.sid.clone(), None, EndReason::Logout, at(1)).await.unwrap();
    drop(store);
    place.sql("DROP INDEX revocations_of_name");
    let index = match place {
        Place::Sqlite(_) => {
            place.sql("PRAGMA user_version = 3");
            "SELECT count(*) FROM sqlite_master WHERE name = 'revocations_of_name'"
        }
        Place::Postgres(_) => {
            place.sql("DELETE FROM schema_version WHERE number = 3");
            "SELECT count(*) FROM pg_indexes WHERE indexname = 'revocations_of_name'"
        }
    };
    assert_eq!(place.number(index), 0);
    let store = place.open().await;
    assert_eq!(place.number(index), 1);
    assert!(store.is_revoked(RevokedKind::Session, ended.sid, at(1).at).await.unwrap(), "what was there stays");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let config = reached_at("postgres://witgate@%2Fnowhere/auth".into());
    let refused = Store::open(&witgate_auth::config::DatabaseConfig::Postgres(config), LIVES).await.unwrap_err();
    let StoreError::Open { place, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!(place, "postgres://witgate@%2Fnowhere/auth");
}
