//! `/admin/v1/clients`: registered clients. Shows a secret once, to who made it, and never again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::account::Ended;
use super::super::json_body::JsonBody;
use super::super::openapi::{Always, BadQuery, BodyRefused, Conflict, OperatorRefused, Unknown};
use super::super::path_id::PathId;
use super::super::query::QueryOf;
use super::super::refused::Refused;
use super::super::token_response::NO_STORE;
use super::operator::Operator;
use super::paging::PageQuery;
use super::refusals::{invalid, not_found, of_store};
use crate::clock::UnixSeconds;
use crate::config::Config;
use crate::grants::{GrantError, Grants};
use crate::opaque::{self, Kind};
use crate::registration::{Credential, Registration};
use crate::secret::Secret;
use crate::store::Client;

/// A registered client. Times are Unix seconds.
#[derive(Serialize, ToSchema)]
pub(super) struct ClientView {
    client_id: String,
    /// For people
    name: String,
    /// `none`, `client_secret` or `private_key_jwt`
    auth_method: String,
    /// Its public keys (RFC 7517), with `private_key_jwt`
    #[schema(value_type = Option<Object>)]
    jwks: Option<Value>,
    redirect_uris: Vec<String>,
    grant_types: Vec<String>,
    scopes: Vec<String>,
    audiences: Vec<String>,
    /// Whether users are not asked for their consent
    first_party: bool,
    created_at: UnixSeconds,
    /// Since when it is refused; null: it is not
    disabled_at: Option<UnixSeconds>,
}

impl From<Client> for ClientView {
    fn from(client: Client) -> ClientView {
        ClientView {
            client_id: client.client_id,
            name: client.name,
            auth_method: client.auth_method,
            jwks: client.jwks.and_then(|jwks| serde_json::from_str(&jwks).ok()),
            redirect_uris: client.redirect_uris,
            grant_types: client.grant_types,
            scopes: client.scopes,
            audiences: client.audiences,
            first_party: client.first_party,
            created_at: client.created_at,
            disabled_at: client.disabled_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct ClientList {
    clients: Vec<ClientView>,
    /// Where the next page begins; null: this is the last one
    next: Option<String>,
}

/// How a client will prove itself.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuthMethod {
    /// It cannot keep a secret
    None,
    /// A secret, which the answer has
    ClientSecret,
    /// Its public keys, in `jwks`
    PrivateKeyJwt,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewClientBody {
    /// Its `client_id`; nothing: a UUID is made
    id: Option<String>,
    /// For people
    name: String,
    auth_method: AuthMethod,
    /// Its public keys (RFC 7517), exactly with `private_key_jwt`
    #[schema(value_type = Option<Object>)]
    jwks: Option<Map<String, Value>>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    grant_types: Vec<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    audiences: Vec<String>,
    /// Whether users are not asked for their consent
    #[serde(default)]
    first_party: bool,
}

/// A client, and its secret this once.
#[derive(Serialize, ToSchema)]
pub(super) struct NewClient {
    client: ClientView,
    /// null: it has none
    secret: Option<String>,
}

/// A secret, this once.
#[derive(Serialize, ToSchema)]
pub(super) struct NewSecret {
    client_id: String,
    secret: String,
}

/// List clients by id
#[utoipa::path(
    get, path = "/admin/v1/clients", tag = "clients", operation_id = "list_clients", params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "a page", body = ClientList), BadQuery, OperatorRefused, Always)
)]
pub(super) async fn list(
    State(grants): State<Grants>,
    _: Operator,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<ClientList>, Refused> {
    let page = query.page()?;
    let rows = grants.store().list_clients(page.after.clone(), page.rows()).await.map_err(of_store)?;
    let (clients, next) = page.cut(rows, |client| client.client_id.clone());
    Ok(Json(ClientList { clients: clients.into_iter().map(ClientView::from).collect(), next }))
}

/// Register a client
///
/// The rules are those of `witgate-auth client add`.
#[utoipa::path(
    post, path = "/admin/v1/clients", tag = "clients", operation_id = "add_client", request_body = NewClientBody,
    security(("bearer" = [])),
    responses((status = 201, description = "registered", body = NewClient), BodyRefused, OperatorRefused, Conflict, Always)
)]
pub(super) async fn add(
    State(grants): State<Grants>,
    State(config): State<Arc<Config>>,
    Operator(origin): Operator,
    JsonBody(body): JsonBody<NewClientBody>,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1], Json<NewClient>), Refused> {
    let (credential, secret) = credential(&body)?;
    let client =
        registration(body, credential)?.check(&config, origin.at).map_err(|fault| invalid(fault.to_string()))?;
    grants.store().add_client(client.clone(), origin).await.map_err(of_store)?;
    tracing::info!(event = "client_added", client = client.client_id);
    let secret = secret.map(|secret| secret.expose().to_owned());
    Ok((StatusCode::CREATED, NO_STORE, Json(NewClient { client: client.into(), secret })))
}

fn credential(body: &NewClientBody) -> Result<(Credential, Option<Secret>), Refused> {
    match (&body.auth_method, &body.jwks) {
        (AuthMethod::None, None) => Ok((Credential::Public, None)),
        (AuthMethod::ClientSecret, None) => {
            let (secret, hash) = opaque::generate(Kind::ClientSecret).map_err(GrantError::from)?;
            Ok((Credential::Secret(hash), Some(secret)))
        }
        (AuthMethod::PrivateKeyJwt, Some(jwks)) => {
            Ok((Credential::Keys(Value::Object(jwks.clone()).to_string()), None))
        }
        _ => Err(invalid("jwks belongs to private_key_jwt, and to nothing else")),
    }
}

fn registration(body: NewClientBody, credential: Credential) -> Result<Registration, Refused> {
    let grants = body.grant_types.iter().map(|grant| grant.parse()).collect::<Result<_, _>>();
    Ok(Registration {
        client_id: body.id,
        name: body.name,
        credential,
        redirect_uris: body.redirect_uris,
        grants: grants.map_err(|_| invalid("there is no such grant type"))?,
        scopes: body.scopes,
        audiences: body.audiences,
        first_party: body.first_party,
    })
}

/// Show a client
#[utoipa::path(
    get, path = "/admin/v1/clients/{id}", tag = "clients", operation_id = "show_client",
    params(("id" = String, Path, description = "the client's id")), security(("bearer" = [])),
    responses((status = 200, description = "the client", body = ClientView), OperatorRefused, Unknown, Always)
)]
pub(super) async fn show(
    State(grants): State<Grants>,
    _: Operator,
    PathId(id): PathId,
) -> Result<Json<ClientView>, Refused> {
    let client = grants.store().client(id).await.map_err(of_store)?;
    client.map(|client| Json(client.into())).ok_or_else(no_client)
}

/// Refuse a client, end its sessions and revoke its tokens
#[utoipa::path(
    post, path = "/admin/v1/clients/{id}/disable", tag = "clients", operation_id = "disable_client",
    params(("id" = String, Path, description = "the client's id")), security(("bearer" = [])),
    responses((status = 200, description = "disabled", body = Ended), OperatorRefused, Unknown, Always)
)]
pub(super) async fn disable(
    State(grants): State<Grants>,
    Operator(origin): Operator,
    PathId(id): PathId,
) -> Result<Json<Ended>, Refused> {
    let ended = grants.store().disable_client(id.clone(), origin).await.map_err(of_store)?;
    let ended = ended.ok_or_else(no_client)?;
    tracing::info!(event = "client_disabled", client = id, ended);
    Ok(Json(Ended { ended }))
}

/// Give a client a new secret in place of the one before
///
/// Only for a client that has one. Its sessions and tokens stay.
#[utoipa::path(
    post, path = "/admin/v1/clients/{id}/secret", tag = "clients", operation_id = "new_client_secret",
    params(("id" = String, Path, description = "the client's id")), security(("bearer" = [])),
    responses((status = 200, description = "the new secret, this once", body = NewSecret), OperatorRefused, Unknown, Always)
)]
pub(super) async fn new_secret(
    State(grants): State<Grants>,
    Operator(origin): Operator,
    PathId(client_id): PathId,
) -> Result<([(HeaderName, &'static str); 1], Json<NewSecret>), Refused> {
    let (secret, hash) = opaque::generate(Kind::ClientSecret).map_err(GrantError::from)?;
    if !grants.store().replace_client_secret(client_id.clone(), hash, origin).await.map_err(of_store)? {
        return Err(not_found("there is no client of this id that has a secret"));
    }
    tracing::info!(event = "client_secret_replaced", client = client_id);
    Ok((NO_STORE, Json(NewSecret { client_id, secret: secret.expose().to_owned() })))
}

fn no_client() -> Refused {
    not_found("there is no client of this id")
}
