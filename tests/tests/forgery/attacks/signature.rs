//! Signatures that are none: of another key, of another text, or made without any key.

use witgate_tests::mint::part;

use super::form::parts;
use crate::case::{Case, bearer};
use crate::door::Mints;

/// The order of P-256 (SEC 2 section 2.4.2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

pub fn cases(mints: &Mints) -> Vec<Case> {
    let mut cases = swapped(mints);
    cases.extend(without_a_key(mints));
    cases.extend(rsa(mints));
    cases
}

/// Parts of good tokens, put together anew.
fn swapped(mints: &Mints) -> Vec<Case> {
    let main = &mints.main;
    let (good, other) = (main.sign(&main.claims()), main.sign(&main.claims_with("sub", "someone-else".into())));
    let ([h, p, s], [_, other_p, other_s]) = (parts(&good), parts(&other));
    let staff = main.claims_with("roles", serde_json::json!(["staff"])).to_string();
    let spaced = main.header().to_string().replace(':', ": ");
    let case = |name: &str, token: String| bearer(name, token, "token_signature");
    vec![
        case("a key that nobody serves", main.forge(&main.claims())),
        case("more rights under an old signature", format!("{h}.{}.{s}", part(staff))),
        case("another token's payload", format!("{h}.{other_p}.{s}")),
        case("another token's signature", format!("{h}.{p}.{other_s}")),
        case("the header written differently", format!("{}.{p}.{s}", part(spaced))),
        case(
            "header and payload changed over, signed so",
            format!("{h}.{p}.{}", parts(&main.seal(&format!("{p}.{h}")))[2]),
        ),
        case("the payload alone signed", format!("{h}.{p}.{}", part(main.key().sign(p.as_bytes())))),
        case("the dot not signed", format!("{h}.{p}.{}", part(main.key().sign(format!("{h}{p}").as_bytes())))),
    ]
}

fn without_a_key(mints: &Mints) -> Vec<Case> {
    let main = &mints.main;
    let signed = format!("{}.{}", part(main.header().to_string()), part(main.claims().to_string()));
    let real = main.key().sign(signed.as_bytes());
    let (r, s) = real.split_at(32);
    let (zero, mut one) = ([0; 32], [0; 32]);
    one[31] = 1;
    let mut flipped = real.clone();
    flipped[40] ^= 1;
    let signatures = [
        ("r and s zero", [zero, zero].concat()),
        ("r and s one", [one, one].concat()),
        ("r one, s zero", [one, zero].concat()),
        ("r and s the order of the curve", [ORDER, ORDER].concat()),
        ("all bits set", vec![0xff; 64]),
        ("r and s changed over", [s, r].concat()),
        ("one bit flipped", flipped),
        ("in DER", der(r, s)),
        ("one byte too short", real[..63].to_vec()),
        ("one byte too long", [&real[..], &[0]].concat()),
        ("twice", [&real[..], &real[..]].concat()),
        ("one byte", vec![0]),
        ("4 KiB", vec![0x5a; 4096]),
    ];
    signatures
        .map(|(name, bytes)| {
            bearer(format!("ES256 signature: {name}"), format!("{signed}.{}", part(bytes)), "token_signature")
        })
        .into()
}

fn rsa(mints: &Mints) -> Vec<Case> {
    let rsa = &mints.rsa;
    let signed = format!("{}.{}", part(rsa.header().to_string()), part(rsa.claims().to_string()));
    let real = rsa.key().sign(signed.as_bytes());
    let mut one = vec![0; real.len()];
    *one.last_mut().expect("a signature") = 1;
    let signatures = [
        ("zero", vec![0; real.len()]),
        ("one", one),
        ("all bits set", vec![0xff; real.len()]),
        ("one byte too short", real[1..].to_vec()),
        ("a zero in front", [&[0], &real[..]].concat()),
        ("of another text", rsa.key().sign(b"another text")),
    ];
    signatures
        .map(|(name, bytes)| {
            bearer(format!("RS256 signature: {name}"), format!("{signed}.{}", part(bytes)), "token_signature")
        })
        .into()
}

/// An ECDSA-Sig-Value (RFC 3279 section 2.2.3): what JWS does not use.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let first = bytes.iter().position(|byte| *byte != 0).expect("not zero");
        let mut value = bytes[first..].to_vec();
        if value[0] >= 0x80 {
            value.insert(0, 0);
        }
        [&[2, u8::try_from(value.len()).expect("short")], value.as_slice()].concat()
    };
    let both = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(both.len()).expect("short")], both.as_slice()].concat()
}
