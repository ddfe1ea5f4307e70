//! The schema: made once, by whoever comes first, and refused when it is newer. Never a downgrade.

use witgate_auth::store::{RevokedKind, Store, StoreError};

use super::people::{NOW, alice};
use super::place::{LIVES, Place, on_both, reached_at};

on_both!(nodes_that_start_at_once_make_one_schema, a_newer_schema_is_refused, a_schema_of_before_is_brought_up_to_date,);

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

/// A database that the version before `0006_revoked_names.sql` made and used.
async fn a_schema_of_before_is_brought_up_to_date(place: Place) {
    let indexes = match place {
        Place::Sqlite(_) => {
            place.batch(include_str!("../../src/store/migrations/sqlite/0001_start.sql"));
            place.batch(include_str!("../../src/store/migrations/sqlite/0002_lifecycle.sql"));
            place.batch(include_str!("../../src/store/migrations/sqlite/0005_upkeep.sql"));
            place.batch("PRAGMA user_version = 3");
            "SELECT count(*) FROM sqlite_master WHERE name = 'revocations_of_name'"
        }
        Place::Postgres(_) => {
            place.batch(include_str!("../../src/store/migrations/postgres/0001_start.sql"));
            place.batch(include_str!("../../src/store/migrations/postgres/0004_upkeep.sql"));
            place.batch(
                "CREATE TABLE schema_version (number BIGINT NOT NULL); INSERT INTO schema_version VALUES (1), (2)",
            );
            "SELECT count(*) FROM pg_indexes WHERE indexname = 'revocations_of_name'"
        }
    };
    place.batch(&format!(
        "UPDATE feed SET seq = 1; INSERT INTO revocations (seq, kind, name, at, until_at) VALUES (1, 'token', 't', {NOW}, {NOW})"
    ));
    assert_eq!(place.number(indexes), 0);
    for _ in 0..2 {
        let store = place.open().await;
        assert_eq!(place.number(indexes), 1);
        assert!(store.is_revoked(RevokedKind::Token, "t".into(), NOW).await.unwrap(), "what was there stays");
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let config = reached_at("postgres://witgate@%2Fnowhere/auth".into());
    let refused = Store::open(&witgate_auth::config::DatabaseConfig::Postgres(config), LIVES).await.unwrap_err();
    let StoreError::Open { place, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!(place, "postgres://witgate@%2Fnowhere/auth");
}
