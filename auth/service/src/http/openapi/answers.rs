//! The refusals that many operations share, for the OpenAPI document. Never a part of an answer itself.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";
const HTML: &str = "text/html";

/// A problem document (RFC 9457).
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description of what `Problem` writes")]
pub(super) struct ProblemDocument {
    /// Always `about:blank`
    r#type: String,
    /// The status in words
    title: String,
    /// The status
    status: u16,
    /// What is wrong, for people
    detail: String,
    /// What is wrong, for programs
    code: String,
    /// The request, also in `X-Request-Id`
    request_id: String,
}

/// An error of an OAuth endpoint (RFC 6749 section 5.2).
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description of what `OauthError` writes")]
pub(super) struct OauthErrorDocument {
    /// What is wrong, for programs
    error: String,
    /// What is wrong, for people
    error_description: String,
}

/// Types that stand for statuses, each with a problem document.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $($status:literal $why:literal),+;)+) => {
        $(
            $(#[$doc])*
            pub(in crate::http) struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    described(&[$(($status, $why)),+], PROBLEM, &ProblemDocument::name())
                }
            }
        )+
    };
}

refusals! {
    /// What any operation may answer.
    Always:
        "500" "the service could not do this (`internal_error`)",
        "503" "too much is waiting, or the store is away (`busy`, `timeout`, `not_ready`); see `Retry-After`";
    /// A body that is not what is asked for.
    BodyRefused:
        "400" "the body is not what is asked for (`invalid_json`, `invalid_request`)",
        "413" "the body is too long (`body_too_large`)",
        "415" "the body is of another type (`unsupported_media_type`)";
    /// A query that is not what is asked for.
    BadQuery: "400" "the query is not what is asked for (`invalid_request`)";
    /// A token of a user is needed.
    BearerRefused: "401" "no access token, or one that does not count (`token_missing`, `token_invalid`)";
    /// A password, a token or both are needed.
    SignInRefused:
        "401" "the password or the token does not count (`invalid_credentials`, `invalid_grant`, `token_invalid`)",
        "429" "too many failed attempts (`too_many_attempts`); see `Retry-After`";
    /// A token with the scope of OpenID Connect is needed.
    OpenidNeeded: "403" "the token lacks the scope `openid` (`insufficient_scope`)";
    /// A token that one of the operator's own clients got is needed.
    OwnClientNeeded: "403" "a token of this client does not count for the account (`client_not_allowed`)";
    /// A client with a scope is needed.
    ClientRefusals:
        "401" "no client, or a wrong secret (`invalid_client`)",
        "403" "the client lacks the scope (`insufficient_scope`)";
    /// A token of an operator is needed.
    OperatorRefused:
        "401" "no access token, or one that does not count (`token_missing`, `token_invalid`)",
        "403" "the token lacks the scope `auth:admin`, or its user has it no more (`insufficient_scope`)";
    /// A second factor is in the way.
    FactorExists: "409" "a second factor is in force already (`second_factor_exists`)";
    /// A second factor is missing.
    NoFactor: "404" "there is no second factor (`no_second_factor`)";
    /// Nothing has this id.
    Unknown: "404" "nothing has this id (`not_found`)";
    /// Something else is in the way.
    Conflict: "409" "the name is taken (`name_taken`), or nobody could administer any more (`last_operator`)";
    /// No further signing key may be added.
    KeysFull: "409" "there are as many signing keys as may be (`too_many_keys`)";
}

/// What an OAuth endpoint for clients may answer besides 200.
pub(in crate::http) struct OauthRefusals;

impl IntoResponses for OauthRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let statuses = [
            ("400", "the form is not what is asked for (`invalid_request`)"),
            ("401", "no client, or a wrong secret (`invalid_client`)"),
            ("403", "the client lacks the scope (`insufficient_scope`)"),
            ("500", "the service could not do this (`server_error`)"),
        ];
        let mut answers = described(&statuses, JSON, &OauthErrorDocument::name());
        let busy = response("too much is waiting (`temporarily_unavailable`), or it took too long (`timeout`)");
        let busy = busy.content(JSON, content(&OauthErrorDocument::name()).build());
        answers
            .insert("503".to_owned(), busy.content(PROBLEM, content(&ProblemDocument::name()).build()).build().into());
        answers
    }
}

/// What a page may answer: HTML, or the way on.
pub(in crate::http) struct PageAnswers;

impl IntoResponses for PageAnswers {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let statuses = [
            ("200", "a page"),
            ("400", "a page that says why the request cannot be read, or that the client is not known"),
            ("403", "a page that says why nothing was done"),
            ("429", "a page that says when to try again; see `Retry-After`"),
            ("500", "a page that says that the service could not do this"),
        ];
        let html = || ContentBuilder::new().schema(Some(String::schema()));
        let shown = |(status, why): &(&str, &str)| {
            ((*status).to_owned(), response(why).content(HTML, html().build()).build().into())
        };
        let mut answers: BTreeMap<String, RefOr<Response>> = statuses.iter().map(shown).collect();
        answers.insert("303".to_owned(), response("on to `Location`").build().into());
        let busy = response("too much is waiting, or it took too long").content(HTML, html().build());
        answers
            .insert("503".to_owned(), busy.content(PROBLEM, content(&ProblemDocument::name()).build()).build().into());
        answers
    }
}

fn described(statuses: &[(&str, &str)], media_type: &str, schema: &str) -> BTreeMap<String, RefOr<Response>> {
    let answer = |(status, why): &(&str, &str)| {
        let answer = response(why).content(media_type, content(schema).build()).build();
        ((*status).to_owned(), answer.into())
    };
    statuses.iter().map(answer).collect()
}

fn response(why: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(why)
}

fn content(schema: &str) -> ContentBuilder {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(schema)))
}
