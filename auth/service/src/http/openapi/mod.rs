//! What this service answers, as an OpenAPI 3.1 document made from the handlers. Never written by hand, so that it cannot
//! say another thing than the router does.

mod answers;
mod forms;

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, ComponentsBuilder, Info, OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema, ToSchema};

pub(super) use answers::{
    Always, BadQuery, BearerRefused, BodyRefused, ClientRefusals, Conflict, FactorExists, KeysFull, NoFactor,
    OauthRefusals, OpenidNeeded, OperatorRefused, OwnClientNeeded, PageAnswers, SignInRefused, Unknown,
};
use answers::{OauthErrorDocument, ProblemDocument};
pub(super) use forms::{AuthorizeQuery, GrantForm, LogoutQuery, TokenForm};

/// The name under which bearer tokens stand in `security`.
const BEARER: &str = "bearer";
/// The name under which clients with id and secret stand in `security`.
const CLIENT: &str = "client";

/// The finished document.
#[derive(Debug, Clone)]
pub(super) struct Document(Bytes);

impl Document {
    /// Takes what the router collected.
    pub(super) fn new(api: &OpenApi) -> Document {
        Document(api.to_json().expect("a document of strings is JSON").into())
    }
}

/// A document with everything but the operations.
pub(super) fn begun(title: &str) -> OpenApi {
    let info = Info::new(title, env!("CARGO_PKG_VERSION"));
    OpenApiBuilder::new().info(info).components(Some(components())).build()
}

fn components() -> Components {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let client = HttpBuilder::new().scheme(HttpAuthScheme::Basic).build();
    ComponentsBuilder::new()
        .schema(ProblemDocument::name(), ProblemDocument::schema())
        .schema(OauthErrorDocument::name(), OauthErrorDocument::schema())
        .security_scheme(BEARER, SecurityScheme::Http(bearer))
        .security_scheme(CLIENT, SecurityScheme::Http(client))
        .build()
}

/// The document of this listener
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"), Always)
)]
pub(super) async fn document(State(document): State<Document>) -> ([(HeaderName, &'static str); 1], Bytes) {
    ([(CONTENT_TYPE, "application/json")], document.0)
}

#[cfg(test)]
mod tests {
    /// `routes!` takes annotated handlers only; `.route(` would take any.
    #[test]
    fn no_route_comes_without_its_description() {
        let rooms = [include_str!("../mod.rs"), include_str!("../pages/mod.rs"), include_str!("../admin/mod.rs")];
        for source in rooms {
            assert!(source.contains(".routes(routes!(") && !source.contains(".route("), "{source}");
        }
    }
}
