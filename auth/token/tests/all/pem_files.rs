//! A public key as a PEM file: the same checks as for a JWK, and nothing but one public key in the file.
//!
//! Never uses a file on disk: the texts are made here.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, RsaKeyPair};
use witgate_token::{Algorithm, Demands, KeyFault, KeySet, Refusal, Typing, verify};

use crate::mint::{NOW, Signer, claims, pem, profile};

fn fault(pem: &str, algorithm: Algorithm) -> Option<KeyFault> {
    KeySet::from_pem(pem.as_bytes(), algorithm, None).err()
}

fn public() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric())
}

#[test]
fn a_pinned_key_verifies_its_issuer_and_no_other() {
    for algorithm in public() {
        let (signer, stranger) = (Signer::new(algorithm, "k1"), Signer::new(algorithm, "k1"));
        let profile = profile(Typing::AccessToken, &[algorithm]);
        let refusal = |token: &str, kid: Option<&str>| {
            let keys = KeySet::from_pem(signer.pem().as_bytes(), algorithm, kid.map(str::to_owned)).expect("a key");
            verify(token, &profile, &Demands::default(), &keys, NOW).err()
        };
        for kid in [None, Some("k1")] {
            assert_eq!(refusal(&signer.good(), kid), None, "{algorithm}");
            assert_eq!(refusal(&stranger.good(), kid), Some(Refusal::Signature), "{algorithm}");
        }
        assert_eq!(refusal(&signer.good(), Some("k2")), Some(Refusal::UnknownKey), "{algorithm}");
        let bare = serde_json::json!({"alg": algorithm.name(), "typ": "at+jwt"}).to_string();
        assert_eq!(refusal(&signer.token(&bare, &claims().to_string()), Some("k2")), None, "no kid names no other key");
    }
}

#[test]
fn a_key_and_its_algorithm_are_of_one_kind() {
    for signer in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa].map(|a| Signer::new(a, "k"))
    {
        for algorithm in Algorithm::ALL {
            let fits = signer.algorithm == algorithm
                || (signer.algorithm == Algorithm::Rs256 && ["RS", "PS"].contains(&&algorithm.name()[..2]));
            let expected = if fits { None } else { Some(KeyFault::OtherKind) };
            assert_eq!(fault(&signer.pem(), algorithm), expected, "{} {algorithm}", signer.algorithm);
        }
    }
}

#[test]
fn a_file_holds_one_public_key_and_nothing_else() {
    let (one, two) = (Signer::new(Algorithm::Es256, "k1").pem(), Signer::new(Algorithm::Es256, "k2").pem());
    let swapped = |from: &str, to: &str| one.replace(from, to);
    for (text, expected) in [
        (format!("\n{one}\r\n \n"), None),
        (swapped("\n", "\r\n"), None),
        (format!("{one}{two}"), Some(KeyFault::PemSeveral)),
        (format!("{one}{one}"), Some(KeyFault::PemSeveral)),
        (format!("Public-Key: (256 bit)\n{one}"), Some(KeyFault::Pem)),
        (format!("{one}trailing"), Some(KeyFault::Pem)),
        (format!("\u{feff}{one}"), Some(KeyFault::Pem)),
        (swapped("-----END PUBLIC KEY-----", ""), Some(KeyFault::Pem)),
        (swapped("PUBLIC KEY", "RSA PUBLIC KEY"), Some(KeyFault::Pem)),
        (swapped("PUBLIC KEY", "EC PARAMETERS"), Some(KeyFault::Pem)),
        (swapped("PUBLIC KEY", "CERTIFICATE"), Some(KeyFault::PemCertificate)),
        (swapped("PUBLIC KEY", "TRUSTED CERTIFICATE"), Some(KeyFault::PemCertificate)),
        (swapped("PUBLIC KEY", "PRIVATE KEY"), Some(KeyFault::PemPrivate)),
        (swapped("PUBLIC KEY", "ENCRYPTED PRIVATE KEY"), Some(KeyFault::PemPrivate)),
        (format!("{one}{}", pem("RSA PRIVATE KEY", &[1])), Some(KeyFault::PemPrivate)),
        (swapped("MF", "M_"), Some(KeyFault::Pem)),
        (pem("PUBLIC KEY", b"no DER"), Some(KeyFault::Encoding)),
        (pem("PUBLIC KEY", &[]), Some(KeyFault::Encoding)),
        ("x".repeat(witgate_token::MAX_PEM_BYTES + 1), Some(KeyFault::Pem)),
        (String::new(), Some(KeyFault::Pem)),
    ] {
        assert_eq!(fault(&text, Algorithm::Es256), expected, "{text}");
    }
    assert_eq!(KeySet::from_pem(b"\xff\xfe", Algorithm::Es256, None).err(), Some(KeyFault::Pem));
}

#[test]
fn a_real_private_key_is_named_as_such() {
    let ec = EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let (ec, rsa) = (ec.to_pkcs8v1().expect("DER"), rsa.as_der().expect("DER"));
    assert_eq!(fault(&pem("PRIVATE KEY", ec.as_ref()), Algorithm::Es256), Some(KeyFault::PemPrivate));
    assert_eq!(fault(&pem("PRIVATE KEY", rsa.as_ref()), Algorithm::Rs256), Some(KeyFault::PemPrivate));
    // Under a wrong label it is still no public key.
    assert_eq!(fault(&pem("PUBLIC KEY", ec.as_ref()), Algorithm::Es256), Some(KeyFault::Encoding));
    assert_eq!(fault(&pem("PUBLIC KEY", rsa.as_ref()), Algorithm::Rs256), Some(KeyFault::Encoding));
}

/// Each is the RSA or EC key of a good file with one byte of its DER changed.
#[test]
fn the_material_is_judged_as_in_a_jwk() {
    let rsa = Signer::new(Algorithm::Rs256, "k").spki();
    let exponent = rsa.len() - 3;
    let changed = |der: &[u8], at: usize, byte: u8| {
        let mut der = der.to_vec();
        der[at] = byte;
        pem("PUBLIC KEY", &der)
    };
    assert_eq!(rsa[exponent..], [1, 0, 1]);
    assert_eq!(fault(&changed(&rsa, exponent + 2, 0), Algorithm::Rs256), Some(KeyFault::RsaExponent), "even");
    let even_modulus = changed(&rsa, exponent - 3, 0);
    assert_eq!(fault(&even_modulus, Algorithm::Rs256), Some(KeyFault::Invalid));
    let ec = Signer::new(Algorithm::Es256, "k").spki();
    let last = ec.len() - 1;
    assert_eq!(fault(&changed(&ec, last, ec[last] ^ 1), Algorithm::Es256), Some(KeyFault::Invalid), "off the curve");
    let compressed = ec.len() - 65;
    assert_eq!(fault(&changed(&ec, compressed, 2), Algorithm::Es256), Some(KeyFault::Encoding), "no plain point");
}

/// RSA keys of 1024 bits, with exponent 3, and with the mark of ROCA, as openssl would write them.
#[test]
fn weak_rsa_keys_are_refused() {
    let modulus = |bytes: usize| [&[0xab][..], &vec![0xcd; bytes - 1]].concat();
    for (modulus, exponent, expected) in [
        (modulus(128), &[1, 0, 1][..], KeyFault::RsaSize),
        (modulus(255), &[1, 0, 1], KeyFault::RsaSize),
        (modulus(1025), &[1, 0, 1], KeyFault::RsaSize),
        (modulus(256), &[3], KeyFault::RsaExponent),
        (modulus(256), &[1, 0, 1, 0, 0, 0, 0, 0, 1], KeyFault::RsaExponent),
        (roca(), &[1, 0, 1], KeyFault::Roca),
    ] {
        assert_eq!(fault(&rsa_pem(&modulus, exponent), Algorithm::Rs256), Some(expected), "{expected:?}");
    }
}

/// 65537 to the power of 128, which has 2049 bits: each step adds the number to itself, moved by 16 bits.
fn roca() -> Vec<u8> {
    (0..128).fold(vec![1], |number, _| {
        let moved = [number.as_slice(), &[0, 0]].concat();
        let mut sum = moved.clone();
        let mut carry = 0;
        for (at, byte) in moved.iter().enumerate().rev() {
            let from_end = moved.len() - at;
            let own = if from_end <= number.len() { u16::from(number[number.len() - from_end]) } else { 0 };
            let total = u16::from(*byte) + own + carry;
            sum[at] = total.to_be_bytes()[1];
            carry = total >> 8;
        }
        if carry > 0 { [&[1], sum.as_slice()].concat() } else { sum }
    })
}

fn rsa_pem(modulus: &[u8], exponent: &[u8]) -> String {
    let key = element(0x30, &[integer(modulus), integer(exponent)].concat());
    let algorithm = element(0x30, &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 0x05, 0]);
    pem("PUBLIC KEY", &element(0x30, &[algorithm, element(0x03, &[&[0], key.as_slice()].concat())].concat()))
}

fn integer(magnitude: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if magnitude[0] >= 0x80 { &[0] } else { &[] };
    element(0x02, &[sign, magnitude].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("short").to_be_bytes();
    match content.len() {
        0..0x80 => [&[tag, length[1]], content].concat(),
        0x80..0x100 => [&[tag, 0x81, length[1]], content].concat(),
        _ => [&[tag, 0x82, length[0], length[1]], content].concat(),
    }
}
