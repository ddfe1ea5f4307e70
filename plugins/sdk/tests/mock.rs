//! The mock through the SDK's front door: what a plugin sees of a made-up request. Never a real gateway.
use serde_json::json;
use witgate_plugin::mock::{logs, request};
use witgate_plugin::{ClaimValue, Decision, Demands, Failure, Outcome, Refusal, claims, jwt, request as asked};

#[test]
fn the_request_is_what_was_made_up() {
    let request = request("GET", "/orders/1")
        .route("orders")
        .header("X-Tenant", "acme")
        .header("x-tenant", "globex")
        .query("page", "2")
        .authority("api.example.com")
        .peer("198.51.100.7")
        .attribute("path.id", "1");
    request.run(|| {
        assert_eq!([asked::method(), asked::path(), asked::route()], ["GET", "/orders/1", "orders"]);
        assert_eq!(asked::header("x-TENANT").as_deref(), Some(&b"acme"[..]));
        assert_eq!(asked::header_values("x-tenant"), [b"acme".to_vec(), b"globex".to_vec()]);
        assert_eq!(asked::header_text("absent"), None);
        assert_eq!(asked::query_param("page").as_deref(), Some("2"));
        assert_eq!((asked::authority(), asked::peer_address()), ("api.example.com".into(), "198.51.100.7".into()));
        assert_eq!(asked::attribute("path.id").as_deref(), Some("1"));
    });
}

#[test]
fn nothing_is_left_after_a_run_but_the_log() {
    request("GET", "/").header("x-a", "1").claim("sub", "alice").run(|| witgate_plugin::info!("seen"));
    assert_eq!((asked::header("x-a"), claims::value("sub")), (None, None));
    assert_eq!(logs().len(), 1);
    request("GET", "/").run(|| ());
    assert_eq!(logs().len(), 0);
}

#[test]
fn claims_are_readable_only_after_a_verified_token() {
    let request = request("GET", "/")
        .issuer("main", "https://issuer.test")
        .token(json!({"alg": "ES256"}), json!({"iss": "https://issuer.test", "sub": "alice", "scope": "a b"}));
    request.run(|| {
        assert_eq!(jwt::unverified_issuer().as_deref(), Some("https://issuer.test"));
        assert_eq!((claims::value("sub"), claims::has_scope("a")), (None, false));
        assert_eq!(jwt::verify("main", &Demands::default()), Ok(()));
        assert_eq!(claims::value("sub"), Some(ClaimValue::Text("alice".into())));
        assert!(claims::has_scope("b") && !claims::has_scope("a b"));
    });
    request.token_fails(Failure::Signature).run(|| {
        assert_eq!(jwt::verify("main", &Demands::default()), Err(Failure::Signature));
        assert_eq!(claims::value("sub"), None);
    });
}

fn token() -> witgate_plugin::mock::Request {
    request("GET", "/")
        .issuer("main", "https://issuer.test")
        .issuer("partner", "https://partner.test")
        .token(json!({"alg": "Ed25519"}), json!({"iss": "https://issuer.test", "sub": "alice", "iat": 100}))
}

#[test]
fn a_scope_counts_in_a_scope_text_or_an_scp_list_only() {
    let held = |name: &str, value: serde_json::Value, scope: &'static str| {
        request("GET", "/").claim(name, value).run(move || claims::has_scope(scope))
    };
    assert!(held("scope", json!("a b"), "b") && held("scp", json!(["a", "b"]), "b") && held("scp", json!("a b"), "b"));
    assert!(!held("scope", json!(["a"]), "a") && !held("scp", json!("a b"), "a b"));
    assert!(!held("scope", json!("a  b"), "") && !held("scp", json!([""]), ""));
}

#[test]
fn a_failed_verification_clears_the_claims_of_an_earlier_one() {
    token().run(|| {
        assert_eq!(jwt::verify("main", &Demands::default()), Ok(()));
        assert!(claims::value("sub").is_some());
        let demands = Demands { required_claims: vec!["tenant".into()], ..Demands::default() };
        assert_eq!(jwt::verify("main", &demands), Err(Failure::Claim));
        assert_eq!(claims::value("sub"), None);
    });
    token().run(|| {
        assert_eq!(jwt::verify("main", &Demands::default()), Ok(()));
        assert_eq!(jwt::verify("nobody", &Demands::default()), Err(Failure::Other));
        assert_eq!(claims::value("sub"), None);
    });
}

#[test]
fn the_profile_must_be_there_and_be_the_tokens() {
    let verified = |request: witgate_plugin::mock::Request, profile: &'static str, algorithm: &'static str| {
        let demands = Demands { algorithms: vec![algorithm.into()], ..Demands::default() };
        request.run(move || jwt::verify(profile, &demands))
    };
    assert_eq!(verified(token(), "main", "EdDSA"), Ok(()));
    assert_eq!(verified(token(), "nobody", "EdDSA"), Err(Failure::Other));
    assert_eq!(verified(token(), "partner", "EdDSA"), Err(Failure::UnknownKey));
    // In the gateway's order: the demanded algorithms, the credential, the profile, the token's algorithm, its key.
    assert_eq!(verified(request("GET", "/"), "nobody", "HS256"), Err(Failure::Algorithm));
    assert_eq!(verified(request("GET", "/"), "nobody", "EdDSA"), Err(Failure::Missing));
    assert_eq!(verified(token(), "nobody", "ES256"), Err(Failure::Other));
    assert_eq!(verified(token(), "partner", "ES256"), Err(Failure::Algorithm));
}

#[test]
fn the_maximum_age_has_the_profiles_leeway() {
    let aged = |request: witgate_plugin::mock::Request| {
        request.run(|| jwt::verify("main", &Demands { max_age_seconds: Some(50), ..Demands::default() }))
    };
    assert_eq!(aged(token().now(180)), Ok(()));
    assert_eq!(aged(token().now(181)), Err(Failure::Expired));
    assert_eq!(aged(token().now(151).leeway(0)), Err(Failure::Expired));
    assert_eq!(aged(token().now(210).leeway(60)), Ok(()));
}

#[test]
#[should_panic(expected = "the answer breaks the contract: a refusal with status 200")]
fn a_run_holds_its_answer_to_the_contract() {
    request("GET", "/").run(|| Decision::Deny(Refusal::new(200, "fine", "")));
}

#[test]
fn the_word_authenticated_needs_the_deed() {
    let word = || Outcome::Authenticated(Vec::new());
    let told = token().claim("sub", "alice").try_run(word);
    assert_eq!(told, Err("`authenticated` without a verified token".into()));
    let done = token().try_run(|| jwt::verify("main", &Demands::default()).map(|()| word()).expect("verifies"));
    assert_eq!(done, Ok(word()));
    let undone = token().try_run(|| {
        jwt::verify("main", &Demands::default()).expect("verifies");
        jwt::verify("partner", &Demands::default()).expect_err("fails");
        word()
    });
    assert!(undone.is_err());
}
