//! What users allowed clients. Never through the page: the front door's tests do that.

use witgate_auth::store::{Client, Store};

use super::people::{NOW, alice, at};
use super::place::{Place, on_both};

on_both!(consents_add_up, of_many_at_once_none_is_lost);

/// Registers a client of this id.
pub async fn client(store: &Store, id: &str) {
    let new = Client {
        client_id: id.into(),
        name: "Shop".into(),
        auth_method: "none".into(),
        secret_hash: None,
        jwks: None,
        redirect_uris: vec![],
        grant_types: vec!["authorization_code".into()],
        scopes: vec![],
        audiences: vec![],
        first_party: false,
        created_at: NOW,
        disabled_at: None,
    };
    store.add_client(new, at(0)).await.unwrap();
}

async fn consented(store: &Store, user: &str, client: &str) -> Vec<String> {
    store.consented(user.into(), client.into()).await.unwrap()
}

async fn consents_add_up(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    client(&store, "shop").await;
    client(&store, "other").await;
    assert!(consented(&store, &id, "shop").await.is_empty());
    for scopes in [["b", "a"], ["c", "b"]] {
        let scopes = scopes.map(str::to_owned).to_vec();
        store.add_consent(id.clone(), "shop".into(), scopes, at(1)).await.unwrap();
    }
    assert_eq!(consented(&store, &id, "shop").await, ["a", "b", "c"]);
    assert!(consented(&store, &id, "other").await.is_empty());
    assert!(store.add_consent(id, "nobody".into(), vec![], at(1)).await.is_err(), "no such client");
    assert_eq!(place.number("SELECT count(*) FROM audit WHERE event = 'consent_given'"), 2);
}

async fn of_many_at_once_none_is_lost(place: Place) {
    let store = place.open().await;
    let id = alice(&store).await;
    client(&store, "shop").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..10 {
        let (store, id) = (store.clone(), id.clone());
        tasks.spawn(async move { store.add_consent(id, "shop".into(), vec![format!("s{number}")], at(1)).await });
    }
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
    assert_eq!(consented(&store, &id, "shop").await.len(), 10);
}
