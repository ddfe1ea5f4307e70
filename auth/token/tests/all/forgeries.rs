//! Known attacks on JWT, each against a verifier that accepts the honest token.
//!
//! Never asserts only that something failed: each forgery has its own refusal.

use serde_json::json;
use witgate_token::{Algorithm, Demands, KeySet, Profile, Refusal, Typing, unverified_issuer, verify};

use crate::mint::{ISSUER, NOW, Signer, claims, encode, key_set, profile};

/// One issuer with one ES256 key, as in production.
struct Honest {
    signer: Signer,
    keys: KeySet,
    profile: Profile,
}

fn honest() -> Honest {
    let signer = Signer::new(Algorithm::Es256, "k1");
    let keys = key_set(&[signer.jwk()]);
    Honest { signer, keys, profile: profile(Typing::AccessToken, &[Algorithm::Es256]) }
}

impl Honest {
    fn refusal(&self, token: &str) -> Option<Refusal> {
        verify(token, &self.profile, &Demands::default(), &self.keys, NOW).err()
    }

    /// A token that this issuer really signed, with one header member changed.
    fn with_header(&self, name: &str, value: serde_json::Value) -> String {
        let mut header = self.signer.header();
        header[name] = value;
        self.signer.token(&header.to_string(), &claims().to_string())
    }
}

#[test]
fn every_algorithm_verifies_its_own_tokens_only() {
    for algorithm in Algorithm::ALL {
        let (signer, stranger) = (Signer::new(algorithm, "k1"), Signer::new(algorithm, "k1"));
        let keys = signer.keys();
        let profile = profile(Typing::AccessToken, &[algorithm]);
        let claims = verify(&signer.good(), &profile, &Demands::default(), &keys, NOW).expect("the honest token");
        assert_eq!((claims.subject(), claims.issuer(), claims.token_id()), ("u1", ISSUER, Some("t1")));
        assert_eq!((claims.expires_at(), claims.issued_at()), (NOW + 600, Some(NOW - 10)));
        let forged = verify(&stranger.good(), &profile, &Demands::default(), &keys, NOW);
        assert_eq!(forged.err(), Some(Refusal::Signature), "{algorithm}");
    }
}

#[test]
fn unsigned_tokens_are_refused() {
    let honest = honest();
    for alg in ["none", "None", "NONE", "nonE"] {
        let header = json!({"alg": alg, "kid": "k1", "typ": "at+jwt"}).to_string();
        let unsigned = format!("{}.{}.", encode(header.clone()), encode(claims().to_string()));
        assert_eq!(honest.refusal(&unsigned), Some(Refusal::Malformed), "an empty signature");
        assert_eq!(honest.refusal(&format!("{unsigned}AA")), Some(Refusal::AlgorithmNone), "{alg}");
    }
}

#[test]
fn a_truly_signed_token_with_a_bad_header_is_refused() {
    let honest = honest();
    for (name, value, refusal) in [
        ("crit", json!(["exp"]), Refusal::HeaderMember("crit")),
        ("b64", json!(false), Refusal::HeaderMember("b64")),
        ("jku", json!("https://evil.example/jwks"), Refusal::HeaderMember("jku")),
        ("x5u", json!("https://evil.example/cert"), Refusal::HeaderMember("x5u")),
        ("jwk", honest.signer.jwk(), Refusal::HeaderMember("jwk")),
        ("x5c", json!(["AA=="]), Refusal::HeaderMember("x5c")),
        ("cty", json!("JWT"), Refusal::HeaderMember("cty")),
        ("enc", json!("A128GCM"), Refusal::HeaderMember("enc")),
        ("zip", json!("DEF"), Refusal::HeaderMember("zip")),
        ("kid", json!("../../dev/null"), Refusal::UnknownKey),
        ("kid", json!(null), Refusal::HeaderMember("kid")),
        ("alg", json!("es256"), Refusal::AlgorithmNotAllowed),
        ("alg", json!("ES384"), Refusal::AlgorithmNotAllowed),
        ("typ", json!("JWT"), Refusal::Type),
        ("typ", json!("id+jwt"), Refusal::Type),
        ("typ", json!("logout+jwt"), Refusal::Type),
        ("typ", json!("application/application/at+jwt"), Refusal::Type),
    ] {
        assert_eq!(honest.refusal(&honest.with_header(name, value)), Some(refusal), "{name}");
    }
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert_eq!(honest.refusal(&honest.with_header("typ", json!(typ))), None, "{typ}");
    }
}

#[test]
fn a_key_serves_its_own_algorithm_only() {
    let signer = Signer::new(Algorithm::Rs256, "k1");
    let mut jwk = signer.jwk();
    jwk["alg"] = json!("PS256");
    let profile = profile(Typing::AccessToken, &[Algorithm::Rs256, Algorithm::Ps256]);
    let verdict = verify(&signer.good(), &profile, &Demands::default(), &key_set(&[jwk]), NOW);
    assert_eq!(verdict.err(), Some(Refusal::KeyAlgorithm));
}

#[test]
fn typ_may_be_absent_only_where_the_profile_says_so() {
    let honest = honest();
    let bare = honest.signer.token(&json!({"alg": "ES256", "kid": "k1"}).to_string(), &claims().to_string());
    assert_eq!(honest.refusal(&bare), Some(Refusal::Type));
    let compatible = Honest { profile: profile(Typing::JwtCompatible, &[Algorithm::Es256]), ..honest };
    assert_eq!(compatible.refusal(&bare), None);
    assert_eq!(compatible.refusal(&compatible.with_header("typ", json!("JWT"))), None);
    for typ in ["id+jwt", "rt+jwt", "refresh", "logout+jwt", "dpop+jwt", ""] {
        assert_eq!(compatible.refusal(&compatible.with_header("typ", json!(typ))), Some(Refusal::Type), "{typ}");
    }
}

#[test]
fn without_kid_the_key_must_be_the_only_one() {
    let honest = honest();
    let token = honest.signer.token(&json!({"alg": "ES256", "typ": "at+jwt"}).to_string(), &claims().to_string());
    assert_eq!(honest.refusal(&token), None);
    let keys = key_set(&[honest.signer.jwk(), Signer::new(Algorithm::Es256, "k2").jwk()]);
    assert_eq!(Honest { keys, ..honest }.refusal(&token), Some(Refusal::KeyAmbiguous));
}

#[test]
fn a_truly_signed_payload_must_be_one_strict_object() {
    let honest = honest();
    let good = claims().to_string();
    let twice = good.replacen('{', r#"{"sub":"admin","#, 1);
    let deep = good.replacen('{', r#"{"x":[{"a":1,"a":2}],"#, 1);
    for payload in ["", "[]", "null", "\"text\"", "{", &twice, &deep, &format!("[{good}]"), &format!("{good}{good}")] {
        let token = honest.signer.token(&honest.signer.header().to_string(), payload);
        assert_eq!(honest.refusal(&token), Some(Refusal::PayloadJson), "{payload}");
    }
}

#[test]
fn moved_parts_do_not_verify() {
    let honest = honest();
    let token = honest.signer.good();
    let (signed, signature) = token.rsplit_once('.').expect("a token");
    let (header, _) = signed.split_once('.').expect("a token");
    let mut admin = claims();
    admin["roles"] = json!(["staff"]);
    let swapped = format!("{header}.{}.{signature}", encode(admin.to_string()));
    assert_eq!(honest.refusal(&swapped), Some(Refusal::Signature));
    assert_eq!(honest.refusal(&format!("{signed}.{}", encode([0; 64]))), Some(Refusal::Signature));
    assert_eq!(honest.refusal(&format!("{token}.{signature}")), Some(Refusal::Malformed));
    assert_eq!(honest.refusal(&format!("{token}=")), Some(Refusal::Malformed));
    assert_eq!(honest.refusal(&format!(" {token}")), Some(Refusal::Malformed));
}

/// 64 bytes leave four unused bits in the last character; only zeros are canonical (RFC 4648 section 3.5).
#[test]
fn one_signature_has_one_spelling() {
    let honest = honest();
    let token = honest.signer.good();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = token.bytes().last().and_then(|last| alphabet.iter().position(|one| *one == last)).expect("base64url");
    assert_eq!(last % 16, 0, "canonical as minted");
    for unused_bits in 1..16 {
        let other = char::from(alphabet[last + unused_bits]);
        let respelled = format!("{}{other}", &token[..token.len() - 1]);
        assert_eq!(honest.refusal(&respelled), Some(Refusal::Encoding), "{unused_bits}");
    }
}

#[test]
fn demands_narrow_the_algorithms_and_never_widen_them() {
    let honest = honest();
    let demanded = |algorithms: &[Algorithm]| {
        let demands = Demands { algorithms: algorithms.to_vec(), ..Demands::default() };
        verify(&honest.signer.good(), &honest.profile, &demands, &honest.keys, NOW).err()
    };
    assert_eq!(demanded(&[Algorithm::Es256, Algorithm::Rs256]), None);
    assert_eq!(demanded(&[Algorithm::Rs256]), Some(Refusal::AlgorithmNotAllowed));
    let narrow = Profile { algorithms: vec![Algorithm::Rs256], ..honest.profile.clone() };
    let demands = Demands { algorithms: vec![Algorithm::Es256], ..Demands::default() };
    let verdict = verify(&honest.signer.good(), &narrow, &demands, &honest.keys, NOW);
    assert_eq!(verdict.err(), Some(Refusal::AlgorithmNotAllowed));
}

#[test]
fn the_unverified_issuer_is_read_from_well_formed_tokens_only() {
    let honest = honest();
    let header = honest.signer.header().to_string();
    assert_eq!(unverified_issuer(&honest.signer.good()).as_deref(), Some(ISSUER));
    assert_eq!(unverified_issuer(&honest.signer.token(&header, r#"{"iss":"a","iss":"b"}"#)), None);
    assert_eq!(unverified_issuer(&honest.signer.token(&header, r#"{"iss":1}"#)), None);
    assert_eq!(unverified_issuer("a.b.c"), None);
}

#[test]
fn no_refusal_repeats_the_token() {
    let honest = honest();
    for token in [honest.with_header("kid", json!("SECRET")), honest.with_header("alg", json!("SECRET"))] {
        let refusal = honest.refusal(&token).expect("refused");
        assert!(!format!("{refusal:?} {refusal}").contains("SECRET"));
    }
}
