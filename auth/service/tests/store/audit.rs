//! The audit log: what is written comes back in order, and the database itself refuses to change it. Never trusts the
//! store with that.

use serde_json::json;
use witgate_auth::store::Event;

use super::people::at;
use super::place::{Place, on_both};

on_both!(rows_come_back_in_order, the_database_refuses_to_change_the_log);

async fn rows_come_back_in_order(place: Place) {
    let store = place.open().await;
    for n in 0..3 {
        let event =
            Event::named("tested").user("u").sid("s").client("c").detail(json!({ "n": n, "odd": "a\0\"'\u{2028}" }));
        store.audit(at(n), event).await.unwrap();
    }
    let rows = store.audit_rows(0, 2).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.at).collect::<Vec<_>>(), [at(0).at, at(1).at]);
    let rest = store.audit_rows(rows[1].id, 2).await.unwrap();
    let [row] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!(
        (row.event.as_str(), row.actor.as_deref(), row.source.as_deref()),
        ("tested", Some("test"), Some("192.0.2.7"))
    );
    assert_eq!(row.detail, json!({ "n": 2, "odd": "a\0\"'\u{2028}" }));
}

async fn the_database_refuses_to_change_the_log(place: Place) {
    let store = place.open().await;
    store.audit(at(0), Event::named("tested")).await.unwrap();
    for sql in ["UPDATE audit SET event = 'other'", "DELETE FROM audit"] {
        let refused = place.try_sql(sql).unwrap_err();
        assert!(refused.contains("append-only"), "{refused}");
    }
    if let Place::Postgres(_) = place {
        assert!(place.try_sql("TRUNCATE audit").unwrap_err().contains("append-only"));
    }
    assert_eq!(store.audit_rows(0, 9).await.unwrap()[0].event, "tested");
}
