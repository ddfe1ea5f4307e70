//! Tokens for a resource (RFC 8707). Never for one that the client is not registered for.

use super::app::{App, REDIRECT, RESOURCE, good_exchange, is_error};
use super::signed::read;
use crate::both::on_both;
use crate::service::{Folder, Service};

on_both!(a_client_gets_the_audiences_of_its_registration, a_code_and_its_session_are_for_one_resource);

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// Names the resources in the configuration, before its tables.
fn with_resources(folder: &Folder) {
    let text = std::fs::read_to_string(folder.config()).unwrap();
    std::fs::write(folder.config(), format!("resources = [\"{RESOURCE}\", \"https://stock.example.com\"]\n{text}"))
        .unwrap();
}

async fn a_client_gets_the_audiences_of_its_registration(folder: Folder) {
    with_resources(&folder);
    let grant = ["--grant", "client_credentials", "--scope", "orders:read"];
    let plain = App::add(&folder, &grant).await;
    let both = App::add(&folder, &[&grant[..], &["--audience", "witgate", "--audience", RESOURCE]].concat()).await;
    let one = App::add(&folder, &[&grant[..], &["--audience", RESOURCE]].concat()).await;
    let service = Service::start(&folder).await;
    for (app, resource, audience) in [
        (&plain, "", "witgate"),
        (&plain, "witgate", "witgate"),
        (&both, "", "witgate"),
        (&both, RESOURCE, RESOURCE),
        (&one, "", RESOURCE),
        (&one, RESOURCE, RESOURCE),
    ] {
        let answer = app.token(&service, &[GRANT, ("resource", resource)]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        read(&service, &answer.string("access_token"), audience).await;
    }
    for (app, resource) in
        [(&plain, RESOURCE), (&one, "witgate"), (&both, "https://stock.example.com"), (&both, "https://nobody.example")]
    {
        is_error(&app.token(&service, &[GRANT, ("resource", resource)]).await, 400, "invalid_target");
    }
    let two = [GRANT, ("resource", "witgate"), ("resource", RESOURCE)];
    is_error(&both.token(&service, &two).await, 400, "invalid_target");
}

async fn a_code_and_its_session_are_for_one_resource(folder: Folder) {
    with_resources(&folder);
    let grants = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", REDIRECT];
    let rest = ["--scope", "orders:read", "--audience", "witgate", "--audience", RESOURCE];
    let app = App::add(&folder, &[&grants[..], &rest[..]].concat()).await;
    let service = Service::start(&folder).await;
    let code = app.code(&folder, |code| code.audience = Some(RESOURCE.to_owned())).await;
    let asking = |resource| [&good_exchange(&code)[..], &[("resource", resource)]].concat();
    is_error(&app.token(&service, &asking("witgate")).await, 400, "invalid_target");
    let answer = app.token(&service, &asking(RESOURCE)).await;
    read(&service, &answer.string("access_token"), RESOURCE).await;
    let token = answer.string("refresh_token");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    is_error(&app.token(&service, &[&refresh[..], &[("resource", "witgate")]].concat()).await, 400, "invalid_target");
    let next = app.token(&service, &refresh).await;
    read(&service, &next.string("access_token"), RESOURCE).await;
}
