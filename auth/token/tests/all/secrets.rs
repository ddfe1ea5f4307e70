//! HMAC: only with a secret of the operator, and never with anything that is public.
//!
//! Never asserts only that something failed: each forgery has its own refusal.

use aws_lc_rs::digest;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine as _;
use serde_json::json;
use witgate_token::{Algorithm, Demands, KeyFault, KeySet, Profile, Refusal, Typing, verify};

use crate::mint::{NOW, Signer, claims, encode, pem, profile};

const HMACS: [(Algorithm, hmac::Algorithm, usize); 3] = [
    (Algorithm::Hs256, hmac::HMAC_SHA256, 32),
    (Algorithm::Hs384, hmac::HMAC_SHA384, 48),
    (Algorithm::Hs512, hmac::HMAC_SHA512, 64),
];

/// A profile that allows everything: what is refused under it is refused by the keys.
fn careless() -> Profile {
    profile(Typing::JwtCompatible, &Algorithm::ALL)
}

fn refusal(token: &str, keys: &KeySet) -> Option<Refusal> {
    verify(token, &careless(), &Demands::default(), keys, NOW).err()
}

/// A token with this header, under an HMAC of these bytes.
fn hmac_token(header: &serde_json::Value, algorithm: hmac::Algorithm, secret: &[u8]) -> String {
    let signed = format!("{}.{}", encode(header.to_string()), encode(claims().to_string()));
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret), signed.as_bytes());
    format!("{signed}.{}", encode(tag))
}

#[test]
fn a_public_key_is_no_secret_in_any_form() {
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric()) {
        let signer = Signer::new(algorithm, "k1");
        let mut forms = vec![signer.spki(), signer.pem().into_bytes(), signer.pem().trim().into(), Vec::new()];
        forms.extend([signer.jwk().to_string(), json!({"keys": [signer.jwk()]}).to_string()].map(String::into_bytes));
        // What the library itself keeps of the key: the bare point, the octets, the modulus.
        let members = ["x", "n"].into_iter().filter_map(|name| signer.jwk()[name].as_str().map(str::to_owned));
        forms.extend(members.map(String::into_bytes));
        forms.push(signer.spki()[signer.spki().len() - 32..].to_vec());
        let pinned = KeySet::from_pem(signer.pem().as_bytes(), algorithm, None).expect("a key");
        for (name, native, _) in HMACS {
            for secret in &forms {
                let named = hmac_token(&json!({"alg": name.name(), "kid": "k1", "typ": "at+jwt"}), native, secret);
                let bare = hmac_token(&json!({"alg": name.name(), "typ": "at+jwt"}), native, secret);
                assert_eq!(refusal(&named, &signer.keys()), Some(Refusal::KeyAlgorithm), "{algorithm} {name}");
                assert_eq!(refusal(&bare, &signer.keys()), Some(Refusal::UnknownKey), "{algorithm} {name}");
                assert_eq!(refusal(&named, &pinned), Some(Refusal::KeyAlgorithm), "{algorithm} {name}");
            }
        }
    }
}

#[test]
fn a_secret_that_is_the_text_of_a_key_is_refused() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa] {
        let signer = Signer::new(algorithm, "k1");
        let (jwk, jwks) = (signer.jwk().to_string(), json!({"keys": [signer.jwk()]}).to_string());
        for secret in [signer.spki().as_slice(), signer.pem().as_bytes(), jwk.as_bytes(), jwks.as_bytes()] {
            for (hs, ..) in HMACS {
                let fault = KeySet::from_secret(secret, hs, None).err();
                // A short DER is refused as a key first: the reason an operator can act on.
                assert_eq!(fault, Some(KeyFault::SecretIsKey), "{algorithm} {hs}");
            }
        }
    }
}

/// A key or certificate in what a careless hand may make of its file.
#[test]
fn a_secret_that_is_a_key_in_disguise_is_refused() {
    let fault = |secret: &[u8]| KeySet::from_secret(secret, Algorithm::Hs256, None).err();
    for (algorithm, der) in ders() {
        let standard = base64::engine::general_purpose::STANDARD.encode(&der);
        let lines = pem("ANYTHING", &der);
        let body: Vec<&str> = lines.lines().filter(|line| !line.starts_with('-')).collect();
        for text in [
            lines.clone(),
            format!("subject=CN = id.example.com\n{lines}"),
            format!("\u{feff}{lines}"),
            standard.clone(),
            standard.trim_end_matches('=').to_owned(),
            body.join("\n"),
            format!(" {}\r\n", body.join("\r\n")),
        ] {
            assert_eq!(fault(text.as_bytes()), Some(KeyFault::SecretIsKey), "{algorithm} {text}");
        }
        assert_eq!(fault(&der), Some(KeyFault::SecretIsKey), "{algorithm}");
    }
    for text in [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a@b",
        "\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAI",
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5",
    ] {
        assert_eq!(fault(text.as_bytes()), Some(KeyFault::SecretIsKey), "{text}");
    }
}

/// Public keys of each kind, private keys, a bare RSAPublicKey and the outline of a certificate.
fn ders() -> Vec<(&'static str, Vec<u8>)> {
    let public = |algorithm| Signer::new(algorithm, "k1").spki();
    let ec = EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let ed = Ed25519KeyPair::generate().expect("a key");
    let rsa = public(Algorithm::Rs256);
    // Before the RSAPublicKey: two headers of four bytes, fifteen for the algorithm, and the count of unused bits.
    let bare = rsa[24..].to_vec();
    let part = |length: u8, rest: &[u8]| [&[0x30, length], rest].concat();
    let certificate = part(67, &[part(40, &[7; 40]), part(2, &[5, 0]), [&[3, 19], &[7; 19][..]].concat()].concat());
    vec![
        ("RSA", rsa),
        ("RSAPublicKey", bare),
        ("P-256", public(Algorithm::Es256)),
        ("P-384", public(Algorithm::Es384)),
        ("Ed25519", public(Algorithm::EdDsa)),
        ("private P-256", ec.to_pkcs8v1().expect("DER").as_ref().to_vec()),
        ("private Ed25519", ed.to_pkcs8().expect("DER").as_ref().to_vec()),
        ("certificate", certificate),
    ]
}

/// Also such as begin as a key does: by chance one in 65536 has the first byte and the length of a DER.
#[test]
fn a_random_secret_is_never_taken_for_a_key() {
    for round in 0..20_000_u32 {
        // Random enough, and the same in each run.
        let mut secret = digest::digest(&digest::SHA512, &round.to_be_bytes()).as_ref().to_vec();
        secret.truncate(32 + round as usize % 33);
        if round % 2 == 1 {
            secret[0] = 0x30;
            secret[1] = u8::try_from(secret.len() - 2).expect("short");
        }
        for form in [secret.clone(), base64::engine::general_purpose::STANDARD.encode(&secret).into_bytes()] {
            assert_eq!(KeySet::from_secret(&form, Algorithm::Hs256, None).err(), None, "{form:?}");
        }
    }
}

#[test]
fn no_document_gives_a_symmetric_key() {
    let signer = Signer::new(Algorithm::Hs256, "k1");
    for jwk in [signer.jwk(), json!({"kty": "oct", "k": "AA"}), json!({"kty": "OCT", "k": encode([1; 64])})] {
        let document = json!({"keys": [jwk]}).to_string();
        let (keys, dropped) = KeySet::from_jwks(document.as_bytes()).expect("a document");
        assert!(keys.is_empty());
        assert_eq!(dropped.iter().map(|one| one.fault).collect::<Vec<_>>(), [KeyFault::Kty]);
        assert_eq!(refusal(&signer.good(), &keys), Some(Refusal::UnknownKey));
    }
    assert_eq!(refusal(&signer.good(), &signer.keys()), None, "the same token under the operator's secret");
}

#[test]
fn a_secret_serves_one_algorithm_and_has_its_length() {
    for (algorithm, _, least) in HMACS {
        let fault = |bytes: usize| KeySet::from_secret(&[0xa5, 7].repeat(40)[..bytes], algorithm, None).err();
        assert_eq!((fault(0), fault(least - 1)), (Some(KeyFault::SecretTooShort), Some(KeyFault::SecretTooShort)));
        assert_eq!(fault(least), None);
        let signer = Signer::new(algorithm, "k1");
        for (other, native, _) in HMACS.into_iter().filter(|(other, ..)| *other != algorithm) {
            let token = hmac_token(&json!({"alg": other.name(), "kid": "k1", "typ": "at+jwt"}), native, &[1; 64]);
            assert_eq!(refusal(&token, &signer.keys()), Some(Refusal::KeyAlgorithm), "{algorithm} {other}");
        }
    }
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric()) {
        assert_eq!(KeySet::from_secret(&[0xa5; 64], algorithm, None).err(), Some(KeyFault::OtherKind), "{algorithm}");
    }
}

/// Auth0 names no `kid` in an HS256 token; Keycloak names one that the operator may not know.
#[test]
fn a_secret_without_a_name_answers_to_every_kid() {
    let secret = [0x5a, 3].repeat(16);
    let keys = |kid: Option<&str>| KeySet::from_secret(&secret, Algorithm::Hs256, kid.map(str::to_owned)).expect("set");
    let token = |kid: Option<&str>| {
        let mut header = json!({"alg": "HS256", "typ": "JWT"});
        if let Some(kid) = kid {
            header["kid"] = json!(kid);
        }
        hmac_token(&header, hmac::HMAC_SHA256, &secret)
    };
    for kid in [None, Some("any"), Some("../../etc/passwd")] {
        assert_eq!(refusal(&token(kid), &keys(None)), None, "{kid:?}");
        assert!(keys(None).contains(kid));
    }
    assert_eq!(refusal(&token(None), &keys(Some("k1"))), None);
    assert_eq!(refusal(&token(Some("k1")), &keys(Some("k1"))), None);
    assert_eq!(refusal(&token(Some("k2")), &keys(Some("k1"))), Some(Refusal::UnknownKey));
    assert_eq!(
        KeySet::from_secret(&secret, Algorithm::Hs256, Some(String::new())).err(),
        Some(KeyFault::Member("kid"))
    );
}

#[test]
fn a_cut_or_lengthened_tag_does_not_verify() {
    for (algorithm, native, length) in HMACS {
        let signer = Signer::new(algorithm, "k1");
        let (signed, _) = { signer.good() }.rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("parts");
        let tag = signer.sign(signed.as_bytes());
        assert_eq!(tag.len(), length);
        let with = |tag: &[u8]| refusal(&format!("{signed}.{}", encode(tag)), &signer.keys());
        assert_eq!(with(&tag), None);
        for other in [&tag[..length - 1], &tag[..length / 2], &tag[..1], &[tag.as_slice(), &[0]].concat(), &[0; 64]] {
            assert_eq!(with(other), Some(Refusal::Signature), "{algorithm}");
        }
        let stranger = hmac::sign(&hmac::Key::new(native, &[9; 64]), signed.as_bytes());
        assert_eq!(with(stranger.as_ref()), Some(Refusal::Signature), "{algorithm}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let secret = b"SECRET-SECRET-SECRET-SECRET-SECRET";
    let keys = KeySet::from_secret(secret, Algorithm::Hs256, Some("k1".to_owned())).expect("a set");
    let bytes = format!("{:?}", &secret[..6]);
    let shown = format!("{keys:?} {:#?}", keys.clone());
    assert!(!shown.contains("SECRET") && !shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
    let short = KeySet::from_secret(b"SECRET", Algorithm::Hs256, None).expect_err("too short");
    assert!(!format!("{short} {short:?}").contains("SECRET\""), "{short:?}");
}
