//! The issuers: algorithms and token type; where the rest comes from is next door.
//!
//! Never lets an algorithm through that anyone who knows a public key could sign with.

use super::{client, key_places, names};
use crate::config::model::{Issuer, Typ};
use crate::config::written::WrittenIssuer;
use std::path::Path;
use std::time::Duration;
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;
use witgate_settings::suggest;

/// The signatures by a private key that a profile may allow, by their JOSE names.
const SIGNATURES: [&str; 10] =
    ["ES256", "ES384", "EdDSA", "Ed25519", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];

/// The HMACs. Who verifies one can also sign, so the secret must be the issuer's and ours alone.
const HMACS: [&str; 3] = ["HS256", "HS384", "HS512"];

/// The algorithms of an issuer that names none.
const USUAL_ALGORITHMS: [&str; 1] = ["ES256"];

/// Every `[issuers.NAME]` that can be meant.
pub(super) fn issuers(folder: &Path, written: &[WrittenIssuer], faults: &mut Faults) -> Vec<Issuer> {
    refuse_same_issuer(written, faults);
    written.iter().filter_map(|issuer| one(folder, issuer, faults)).collect()
}

fn one(folder: &Path, written: &WrittenIssuer, faults: &mut Faults) -> Option<Issuer> {
    names::check(&written.name, faults);
    let algorithms = algorithms(written, faults);
    let typ = typ(written.typ.as_ref(), faults);
    let source = key_places::source(folder, written, faults);
    let key_origins = key_places::key_origins(written, faults);
    let revocations = key_places::revocations(written, faults);
    let introspection = key_places::introspection(written, faults);
    let client = client::credentials(folder, written, faults);
    let audiences = written.audiences.as_ref()?.get_ref();
    names::refuse_repeated("audience", audiences, faults);
    Some(Issuer {
        name: written.name.get_ref().clone(),
        issuer: written.issuer.as_ref()?.get_ref().clone(),
        audiences: audiences.iter().map(|audience| audience.get_ref().clone()).collect(),
        algorithms,
        typ: typ?,
        leeway_seconds: written.leeway_seconds,
        max_lifetime_seconds: written.max_lifetime_seconds,
        source: source?,
        allow_http: written.allow_http,
        allow_private: written.allow_private,
        key_origins,
        revocations,
        revocations_max_stale: written.revocations_max_stale.as_ref().map(|most| Duration::from_secs(*most.get_ref())),
        introspection,
        client,
        span: at(&written.name),
    })
}

/// A token's issuer chooses the profile: two profiles for one issuer would leave that to chance.
fn refuse_same_issuer(written: &[WrittenIssuer], faults: &mut Faults) {
    let issuers: Vec<Spanned<String>> = written.iter().filter_map(|issuer| issuer.issuer.clone()).collect();
    names::refuse_repeated("issuer", &issuers, faults);
}

fn algorithms(written: &WrittenIssuer, faults: &mut Faults) -> Vec<String> {
    let Some(list) = &written.algorithms else {
        if let Some(file) = &written.secret_file {
            faults.push(at(file), "a secret needs its algorithm", "such as algorithms = [\"HS256\"]");
        }
        return USUAL_ALGORITHMS.map(str::to_owned).to_vec();
    };
    if list.get_ref().is_empty() {
        faults.push(at(list), "`algorithms` is empty: no token could pass", "such as algorithms = [\"ES256\"]");
    }
    names::refuse_repeated("algorithm", list.get_ref(), faults);
    for name in list.get_ref() {
        check_algorithm(name, written.secret_file.is_some(), faults);
    }
    if list.get_ref().len() > 1 && (written.pem_file.is_some() || written.secret_file.is_some()) {
        let hint = "leave the one that the issuer signs with; a jwks-file may hold keys for several";
        faults.push(at(list), "a file with one key serves one algorithm", hint);
    }
    list.get_ref().iter().map(|name| name.get_ref().clone()).collect()
}

fn check_algorithm(name: &Spanned<String>, has_secret: bool, faults: &mut Faults) {
    let text = name.get_ref();
    let known = if has_secret { HMACS.as_slice() } else { SIGNATURES.as_slice() };
    if known.contains(&text.as_str()) {
        return;
    }
    let message = format!("the algorithm {text:?} cannot be allowed");
    let hint = if HMACS.contains(&text.as_str()) {
        "whoever knows the key of an HMAC can sign with it: it counts only with a secret-file".to_owned()
    } else if SIGNATURES.contains(&text.as_str()) {
        format!("a secret-file serves one of {}; a public key is a pem-file or a jwks-file", HMACS.join(", "))
    } else if text.eq_ignore_ascii_case("none") {
        "a token without a signature is never accepted".to_owned()
    } else {
        suggest::hint(text, known.iter().copied(), "known algorithms")
    };
    faults.push(at(name), message, hint);
}

fn typ(written: Option<&Spanned<String>>, faults: &mut Faults) -> Option<Typ> {
    let Some(word) = written else { return Some(Typ::AccessToken) };
    let known = Typ::WORDS.into_iter().find(|(known, _)| known == word.get_ref());
    if known.is_none() {
        let hint = "typ = \"at+jwt\" (RFC 9068) or typ = \"jwt-compatible\"";
        faults.push(at(word), format!("the token type {:?} is not known", word.get_ref()), hint);
    }
    known.map(|(_, meant)| meant)
}
