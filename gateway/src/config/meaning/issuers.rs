//! The issuers: algorithms, token type and where the keys come from.
//!
//! Never lets an algorithm through that anyone who knows a public key could sign with, and never fetches a key.

use super::{names, urls};
use crate::config::fault::Faults;
use crate::config::model::{Issuer, KeySource, Typ};
use crate::config::reader::at;
use crate::config::suggest;
use crate::config::written::WrittenIssuer;
use std::path::Path;
use toml::Spanned;
use url::Url;

/// The algorithms that a profile may allow, by their JOSE names.
const ALGORITHMS: [&str; 10] =
    ["ES256", "ES384", "EdDSA", "Ed25519", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];

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
    let source = source(folder, written, faults);
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
        return USUAL_ALGORITHMS.map(str::to_owned).to_vec();
    };
    if list.get_ref().is_empty() {
        faults.push(at(list), "`algorithms` is empty: no token could pass", "such as algorithms = [\"ES256\"]");
    }
    names::refuse_repeated("algorithm", list.get_ref(), faults);
    for name in list.get_ref() {
        check_algorithm(name, faults);
    }
    list.get_ref().iter().map(|name| name.get_ref().clone()).collect()
}

fn check_algorithm(name: &Spanned<String>, faults: &mut Faults) {
    let text = name.get_ref();
    if ALGORITHMS.contains(&text.as_str()) {
        return;
    }
    let message = format!("the algorithm {text:?} cannot be allowed");
    if text.starts_with("HS") || text.eq_ignore_ascii_case("none") {
        let hint = "only signatures by a private key are accepted: never a shared secret, never none";
        return faults.push(at(name), message, hint);
    }
    faults.push(at(name), message, suggest::hint(text, ALGORITHMS, "known algorithms"));
}

fn typ(written: Option<&Spanned<String>>, faults: &mut Faults) -> Option<Typ> {
    let Some(word) = written else { return Some(Typ::AccessToken) };
    match word.get_ref().as_str() {
        "at+jwt" => Some(Typ::AccessToken),
        "jwt-compatible" => Some(Typ::JwtCompatible),
        other => {
            let hint = "typ = \"at+jwt\" (RFC 9068) or typ = \"jwt-compatible\"";
            faults.push(at(word), format!("the token type {other:?} is not known"), hint);
            None
        }
    }
}

fn source(folder: &Path, written: &WrittenIssuer, faults: &mut Faults) -> Option<KeySource> {
    let ways = [written.jwks_url.is_some(), written.jwks_file.is_some(), written.discovery];
    if ways.iter().filter(|given| **given).count() != 1 {
        let message = format!("[issuers.{}] must say in one way where its keys are", written.name.get_ref());
        faults.push(at(&written.name), message, "exactly one of jwks-url, jwks-file and discovery = true");
        return None;
    }
    if let Some(text) = &written.jwks_url {
        return fetched(text, written, faults).map(KeySource::JwksUrl);
    }
    if let Some(file) = &written.jwks_file {
        return jwks_file(folder, file, faults);
    }
    fetched(written.issuer.as_ref()?, written, faults).map(KeySource::Discovery)
}

fn jwks_file(folder: &Path, file: &Spanned<String>, faults: &mut Faults) -> Option<KeySource> {
    let path = folder.join(file.get_ref());
    if !path.is_file() {
        let hint = "a path relative to this file, to a JWKS document";
        faults.push(at(file), format!("there is no file {:?}", file.get_ref()), hint);
        return None;
    }
    Some(KeySource::JwksFile(path))
}

fn fetched(text: &Spanned<String>, written: &WrittenIssuer, faults: &mut Faults) -> Option<Url> {
    let url = urls::web_url(text, faults)?;
    if url.scheme() == "http" && !urls::is_loopback(&url) && !written.allow_http {
        let hint = "use https://; whoever can change the answer can sign any token. allow-http = true accepts that";
        faults.push(at(text), "keys over plain http from another machine", hint);
        return None;
    }
    Some(url)
}
