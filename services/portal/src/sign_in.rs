//! `/portal/sign-in` and `/portal/callback`: the authorization code flow with PKCE (RFC 6749 section 4.1, RFC 7636).
//! Never sees a password, never takes an answer that this browser did not ask for, and never shows an answer's own words.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use crate::{
    app::App,
    auth_client::{Code, Grant},
    fault::Fault,
    flow::Flow,
    id_token::IdTokenFault,
    same_origin::{Navigation, navigation},
    session,
    sign_in_problem::SignInProblem,
};

/// Where the browser goes with the good news; the page takes the fragment out of the address.
const SIGNED_IN: &str = "/#signed-in";

/// What the auth service sends back (RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207).
#[derive(Deserialize)]
pub struct Callback {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /portal/sign-in`: 303 to the auth service, with a cookie that knows the browser when it comes back. A page of
/// somebody else cannot begin a sign-in: it gets the portal's page.
pub async fn begin(State(app): State<App>, jar: CookieJar, headers: HeaderMap) -> Result<Response, Fault> {
    let from = navigation(&headers);
    if from == Navigation::Foreign {
        return Ok(Redirect::to("/").into_response());
    }
    let callback = app.address.callback(&headers).ok_or(Fault::NoAddress)?;
    let (flow, secret) = Flow::begin().map_err(|_| Fault::NoRandomness)?;
    if from == Navigation::Own {
        // Now, because the browser will not send this cookie when it comes back from another site.
        session::end_former(&app, &headers).await;
    }
    let jar = app.sign_in_cookie.set(jar, secret);
    Ok((jar, Redirect::to(app.pages.sign_in(&flow, &callback).as_str())).into_response())
}

/// `GET /portal/callback`: 303 to the page, signed in or with the code of a problem.
pub async fn finish(
    State(app): State<App>,
    jar: CookieJar,
    headers: HeaderMap,
    query: Result<Query<Callback>, QueryRejection>,
) -> Response {
    let answer = query.map_or(Err(SignInProblem::Mismatch), |Query(answer)| Ok(answer));
    let outcome = match answer.and_then(|answer| ours(&app, &headers, &answer).map(|flow| (flow, answer))) {
        Ok((flow, answer)) => redeem(&app, &headers, &flow, &answer).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(grant) => {
            session::end_former(&app, &headers).await;
            let jar = app.refresh_cookie.set(app.sign_in_cookie.clear(jar), grant.refresh_token);
            (jar, Redirect::to(SIGNED_IN)).into_response()
        }
        Err(problem) => {
            tracing::info!(code = problem.code(), "nobody was signed in");
            // An answer that this browser did not ask for must not spoil the sign-in that it may be at.
            let jar = if problem.ends_the_sign_in() { app.sign_in_cookie.clear(jar) } else { jar };
            (jar, Redirect::to(&format!("/#problem={}", problem.code()))).into_response()
        }
    }
}

/// The sign-in that this answer belongs to: of this browser by its cookie and `state`.
fn ours(app: &App, headers: &HeaderMap, answer: &Callback) -> Result<Flow, SignInProblem> {
    let flow = app.sign_in_cookie.read(headers).and_then(|secret| Flow::resume(&secret));
    let flow = flow.ok_or(SignInProblem::Expired)?;
    if !answer.state.as_deref().is_some_and(|state| flow.has_state(state)) {
        return Err(SignInProblem::Mismatch);
    }
    Ok(flow)
}

/// `iss` first: neither a code nor an error of another issuer counts (RFC 9207 section 2.4).
async fn redeem(app: &App, headers: &HeaderMap, flow: &Flow, answer: &Callback) -> Result<Grant, SignInProblem> {
    if answer.iss.as_deref() != Some(&app.issuer) {
        return Err(SignInProblem::Issuer);
    }
    if let Some(error) = &answer.error {
        return Err(SignInProblem::of_error(error));
    }
    let code = answer.code.as_deref().ok_or(SignInProblem::Refused)?;
    let redirect_uri = app.address.callback(headers).ok_or(Fault::NoAddress)?;
    let code = Code { code, redirect_uri: &redirect_uri, verifier: &flow.verifier() };
    let grant = app.auth.redeem(&code, headers).await?;
    if let Err(problem) = check(app, flow, &grant).await {
        session::end(app, &grant.refresh_token, headers).await;
        return Err(problem);
    }
    Ok(grant)
}

async fn check(app: &App, flow: &Flow, grant: &Grant) -> Result<(), SignInProblem> {
    let id_token = grant.id_token.as_deref().ok_or(SignInProblem::IdToken)?;
    app.id_tokens.check(id_token, &flow.nonce()).await.map_err(|fault| {
        tracing::error!(reason = %fault, "an id token was refused");
        match fault {
            IdTokenFault::NoKeys(_) => SignInProblem::Auth(Fault::AuthUnavailable),
            _ => SignInProblem::IdToken,
        }
    })
}
