//! What Keycloak, Auth0 and Entra ID really send: access tokens that say `JWT`, and other tokens that say it too.
//!
//! Never weakens the other rules: signature, issuer, audience and dates are good in all of them, so only the kind counts.

use serde_json::{Value, json};
use witgate_token::{Algorithm, Demands, Profile, Refusal, Typing, verify};

use crate::mint::{NOW, Signer, profile};

const KEYCLOAK: &str = "https://keycloak.example.com/realms/acme";
const AUTH0: &str = "https://acme.eu.auth0.com/";
const ENTRA_V2: &str = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
const ENTRA_V1: &str = "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/";

/// One issuer with one RS256 key and the profile that its operator would write.
struct Issuer {
    signer: Signer,
    profile: Profile,
}

impl Issuer {
    fn new(issuer: &str) -> Self {
        let profile = profile(Typing::JwtCompatible, &[Algorithm::Rs256]);
        Self { signer: Signer::new(Algorithm::Rs256, "k1"), profile: Profile { issuer: issuer.into(), ..profile } }
    }

    /// The verdict on a token with this header `typ` and these claims on top of the dates.
    fn refusal(&self, typ: &str, claims: &Value) -> Option<Refusal> {
        let mut all = json!({"iss": *self.profile.issuer, "aud": "api", "iat": NOW - 10, "exp": NOW + 290});
        all.as_object_mut().expect("an object").extend(claims.as_object().expect("an object").clone());
        let header = json!({"alg": "RS256", "typ": typ, "kid": "k1"}).to_string();
        let token = self.signer.token(&header, &all.to_string());
        verify(&token, &self.profile, &Demands::default(), &self.signer.keys(), NOW).err()
    }
}

/// A claim set with some members changed; null takes one away.
fn with(base: &Value, changes: &Value) -> Value {
    let mut claims = base.clone();
    let members = claims.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            members.remove(name)
        } else {
            members.insert(name.clone(), value.clone())
        };
    }
    claims
}

#[test]
fn keycloak() {
    let keycloak = Issuer::new(KEYCLOAK);
    let access = json!({
        "auth_time": NOW - 11, "jti": "onrtac:6e5d1c1c-8a3e-4d0b-9c5b-0a4e7b3c8d21", "aud": ["api", "account"],
        "sub": "f1b1c7c0-7e1a-4b8e-9d61-3c1f5a2b4d6e", "typ": "Bearer", "azp": "webshop",
        "sid": "0c2a7d3e-1f4b-4a5c-8d6e-7f8091a2b3c4", "acr": "1", "allowed-origins": ["https://shop.example.com"],
        "realm_access": {"roles": ["offline_access", "uma_authorization"]},
        "resource_access": {"account": {"roles": ["manage-account"]}}, "scope": "openid profile email",
        "email_verified": true, "preferred_username": "alice", "email": "alice@example.com",
    });
    let service =
        json!({"typ": "Bearer", "client_id": "batch", "sid": null, "preferred_username": "service-account-batch"});
    let older = json!({"nonce": "n-0S6_WzA2Mj", "session_state": "0c2a7d3e"});
    for good in [json!({}), service, older, json!({"typ": "DPoP", "cnf": {"jkt": "x"}}), json!({"typ": null})] {
        assert_eq!(keycloak.refusal("JWT", &with(&access, &good)), None, "{good}");
    }
    let id = json!({"typ": "ID", "nonce": "n-0S6_WzA2Mj", "at_hash": "2kZ", "scope": null, "realm_access": null});
    for other in [
        id.clone(),
        with(&id, &json!({"nonce": null, "at_hash": null})),
        json!({"typ": "ID"}),
        json!({"typ": "Refresh", "aud": ["api", KEYCLOAK]}),
        json!({"typ": "Offline", "exp": NOW + 3000}),
        json!({"typ": "Logout", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
        json!({"typ": "InitialAccessToken"}),
    ] {
        assert_eq!(keycloak.refusal("JWT", &with(&access, &other)), Some(Refusal::Type), "{other}");
    }
    assert_eq!(keycloak.refusal("logout+jwt", &access), Some(Refusal::Type));
}

#[test]
fn auth0() {
    let auth0 = Issuer::new(AUTH0);
    let access = json!({
        "sub": "auth0|64f0c1d2e3a4b5c6d7e8f901", "aud": ["api", "https://acme.eu.auth0.com/userinfo"],
        "scope": "openid profile read:orders", "azp": "hMfJ2X8vQnq3", "permissions": ["read:orders"],
    });
    let machine = json!({"sub": "hMfJ2X8vQnq3@clients", "aud": "api", "gty": "client-credentials", "scope": null});
    for good in [json!({}), machine, json!({"https://acme.example.com/roles": ["admin"]})] {
        assert_eq!(auth0.refusal("JWT", &with(&access, &good)), None, "{good}");
    }
    // The audience is that of the API here, which an operator would have to get wrong: an id token's is the client.
    let id = json!({
        "sub": "auth0|64f0c1d2e3a4b5c6d7e8f901", "nickname": "alice", "name": "Alice", "updated_at": "2026-01-01T00:00:00Z",
        "email": "alice@example.com", "email_verified": true, "sid": "s-1", "nonce": "bm9uY2U",
    });
    assert_eq!(auth0.refusal("JWT", &id), Some(Refusal::Type));
    assert_eq!(auth0.refusal("JWT", &with(&id, &json!({"nonce": null, "at_hash": "x"}))), Some(Refusal::Type));
    assert_eq!(auth0.refusal("JWT", &with(&id, &json!({"nonce": null, "c_hash": "x"}))), Some(Refusal::Type));
    assert_eq!(auth0.refusal("JWT", &with(&id, &json!({"aud": "hMfJ2X8vQnq3"}))), Some(Refusal::Audience));
    let logout = json!({"sub": "auth0|1", "sid": "s-1", "jti": "j-1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}}});
    for typ in ["logout+jwt", "JWT"] {
        assert_eq!(auth0.refusal(typ, &logout), Some(Refusal::Type), "{typ}");
    }
}

#[test]
fn entra_id() {
    let common = json!({
        "nbf": NOW - 10, "aio": "AXQAi/8TAAAA", "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474", "rh": "0.AbcAv4j5cvGG",
        "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ", "tid": "72f988bf-86f1-41af-91ab-2d7cd011db47",
        "uti": "fqiBqXLPj0eQa82S-IYFAA",
    });
    let user = json!({"ver": "2.0", "azp": "6e74172b-be56-4843-9ff4-e66a39bb12e3", "azpacr": "0", "scp": "access_as_user",
        "name": "Alice", "preferred_username": "alice@example.com"});
    let app = json!({"ver": "2.0", "azp": "6e74172b-be56-4843-9ff4-e66a39bb12e3", "azpacr": "1", "roles": ["Orders.Read"],
        "idtyp": "app"});
    let v1 = json!({"ver": "1.0", "appid": "6e74172b-be56-4843-9ff4-e66a39bb12e3", "appidacr": "0", "scp": "access_as_user",
        "upn": "alice@example.com", "unique_name": "alice@example.com"});
    let (entra, sts) = (Issuer::new(ENTRA_V2), Issuer::new(ENTRA_V1));
    assert_eq!(entra.refusal("JWT", &with(&common, &user)), None);
    assert_eq!(entra.refusal("JWT", &with(&common, &app)), None);
    assert_eq!(sts.refusal("JWT", &with(&common, &v1)), None);
    // An application may be the audience of its own id tokens and of its API's access tokens.
    let id = with(&common, &json!({"ver": "2.0", "name": "Alice", "preferred_username": "alice@example.com"}));
    for more in [json!({}), json!({"nonce": "12345"}), json!({"roles": ["Admin"]}), json!({"at_hash": "x", "azp": "c"})]
    {
        assert_eq!(entra.refusal("JWT", &with(&id, &more)), Some(Refusal::Type), "{more}");
    }
    let v1_id = with(&common, &json!({"ver": "1.0", "nonce": "12345", "upn": "alice@example.com", "amr": ["pwd"]}));
    assert_eq!(sts.refusal("JWT", &v1_id), Some(Refusal::Type));
}

/// A token that calls itself an access token has the duties of one, whatever the profile lets pass besides.
#[test]
fn an_access_token_needs_iat_under_a_compatible_profile_too() {
    let signer = Signer::new(Algorithm::Es256, "k1");
    for (typ, iat, expected) in [
        ("at+jwt", false, Some(Refusal::ClaimMissing("iat"))),
        ("application/AT+JWT", false, Some(Refusal::ClaimMissing("iat"))),
        ("at+jwt", true, None),
        ("JWT", false, None),
    ] {
        let mut claims = crate::mint::claims();
        if !iat {
            claims.as_object_mut().expect("an object").remove("iat");
        }
        let header = json!({"alg": "ES256", "kid": "k1", "typ": typ}).to_string();
        let token = signer.token(&header, &claims.to_string());
        let profile = profile(Typing::JwtCompatible, &[Algorithm::Es256]);
        let verdict = verify(&token, &profile, &Demands::default(), &signer.keys(), NOW).err();
        assert_eq!(verdict, expected, "{typ} {iat}");
    }
}
