//! Requests as clients write them, and as nobody should.

use super::*;

const GOOD: &str = "response_type=code&client_id=c&redirect_uri=https%3A%2F%2Fa%2Fcb&state=s&code_challenge_method=S256\
                    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn read(query: &str) -> Result<AuthorizationRequest, AuthorizeError> {
    AuthorizationRequest::of(&Parameters::of_query(query).unwrap())
}

/// The good request with one parameter more, or another value of one.
fn with(change: &str) -> String {
    let name = change.split('=').next().unwrap();
    let rest: Vec<&str> = GOOD.split('&').filter(|pair| pair.split('=').next() != Some(name)).collect();
    format!("{}&{change}", rest.join("&"))
}

#[track_caller]
fn refused(change: &str, error: &str) {
    assert_eq!(read(&with(change)).unwrap_err().error, error, "{change}");
}

#[test]
fn a_good_request_is_read() {
    let all = with("scope=openid%20a%20%20openid&nonce=n&resource=r&prompt=login%20consent&max_age=60");
    let request = read(&all).unwrap();
    assert_eq!(request.scope, Some(vec!["openid".to_owned(), "a".to_owned()]));
    assert_eq!((request.nonce.as_deref(), request.resource.as_deref()), (Some("n"), Some("r")));
    assert_eq!(request.prompt, Prompt { none: false, login: true, consent: true });
    assert_eq!((request.max_age, request.id_token_hint), (Some(60), None));
    let bare = read(&with("scope=%20")).unwrap();
    assert_eq!((bare.scope, bare.prompt, bare.max_age), (None, Prompt::default(), None));
}

#[test]
fn what_is_missing_or_strange_is_refused() {
    refused("response_type=", "invalid_request");
    refused("response_type=token", "unsupported_response_type");
    refused("response_type=code%20id_token", "unsupported_response_type");
    refused("response_mode=fragment", "invalid_request");
    refused("code_challenge=", "invalid_request");
    refused("code_challenge=short", "invalid_request");
    refused("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw*cM", "invalid_request");
    refused("code_challenge_method=plain", "invalid_request");
    refused("code_challenge_method=", "invalid_request");
    refused("scope=%22", "invalid_scope");
    refused("prompt=other", "invalid_request");
    refused("prompt=none%20login", "invalid_request");
    refused("max_age=-1", "invalid_request");
    refused("max_age=x", "invalid_request");
    refused("request=a.b.c", "request_not_supported");
    refused("request_uri=https%3A%2F%2Fa", "request_uri_not_supported");
    refused("registration=%7B%7D", "registration_not_supported");
    refused(&format!("nonce={}", "n".repeat(1025)), "invalid_request");
    for control in ["%00", "a%00b", "a%0A", "%7F", "%C2%80"] {
        refused(&format!("nonce={control}"), "invalid_request");
    }
    refused("x=1&x=1", "invalid_request");
    refused("resource=a&resource=b", "invalid_target");
}

#[test]
fn the_target_is_known_or_there_is_none() {
    let target = |query: &str| Target::of(&Parameters::of_query(query).unwrap());
    let known = target(GOOD).unwrap().unwrap();
    assert_eq!((known.client_id.as_str(), known.redirect_uri.as_str()), ("c", "https://a/cb"));
    assert_eq!(known.state(), Some("s"));
    assert_eq!(target(&with("client_id=")), Ok(None));
    assert_eq!(target(&with("redirect_uri=")), Ok(None));
    assert_eq!(target(&format!("{GOOD}&client_id=c")), Err(Unreadable::Repeated));
    assert_eq!(target(&format!("{GOOD}&redirect_uri=x")), Err(Unreadable::Repeated));
    let twice = target(&format!("{GOOD}&state=t")).unwrap().unwrap();
    assert_eq!(twice.state(), None, "which of the two?");
}

#[test]
fn signing_in_is_asked_for_once() {
    let after = |change: &str| after_sign_in(&Parameters::of_query(&with(change)).unwrap());
    for (change, prompt, max_age) in [
        ("prompt=login", Prompt::default(), None),
        ("prompt=select_account", Prompt::default(), None),
        ("prompt=login%20consent", Prompt { consent: true, ..Prompt::default() }, None),
        ("max_age=0", Prompt::default(), None),
        ("max_age=5", Prompt::default(), Some(5)),
    ] {
        let request = read(&after(change)).unwrap();
        assert_eq!((request.prompt, request.max_age), (prompt, max_age), "{change}");
    }
    assert_eq!(read(&after("x=1")).unwrap(), read(GOOD).unwrap(), "all else stays");
}
