//! Where an issuer's keys and its word on revoked tokens come from, and which network addresses may be asked for them.
//!
//! Never fetches a key, and never shows what stands where the path of a secret should be.

use super::urls;
use crate::config::model::KeySource;
use crate::config::written::WrittenIssuer;
use std::path::{Path, PathBuf};
use toml::Spanned;
use url::Url;
use witgate_keyring::{AddressFault, Allowances, NoOrigin, Origin};
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// What is asked for at an address, and what whoever can change the answer can do.
struct Wanted {
    what: &'static str,
    danger: &'static str,
}

const KEYS: Wanted = Wanted { what: "keys", danger: "can sign any token" };
const INTROSPECTION: Wanted = Wanted { what: "introspection", danger: "gets tokens, and can bring revoked ones back" };
const REVOCATIONS: Wanted = Wanted { what: "revocations", danger: "can bring revoked tokens back" };

/// The one place that the issuer names.
pub(super) fn source(folder: &Path, written: &WrittenIssuer, faults: &mut Faults) -> Option<KeySource> {
    let texts = [&written.jwks_url, &written.jwks_file, &written.pem_file, &written.secret_file];
    let ways = texts.iter().filter(|text| text.is_some()).count() + usize::from(written.discovery);
    if ways != 1 {
        let message = format!("[issuers.{}] must say in one way where its keys are", written.name.get_ref());
        let hint = "exactly one of jwks-url, jwks-file, pem-file, secret-file and discovery = true";
        faults.push(at(&written.name), message, hint);
        return None;
    }
    if let Some(text) = &written.jwks_url {
        return fetched(text, written, faults).map(KeySource::JwksUrl);
    }
    if let Some(text) = &written.jwks_file {
        return file(folder, text, "to a JWKS document", faults).map(KeySource::JwksFile);
    }
    if let Some(text) = &written.pem_file {
        return file(folder, text, "to a public key in PEM", faults).map(KeySource::PemFile);
    }
    if let Some(text) = &written.secret_file {
        return secret_file(folder, text, faults).map(KeySource::SecretFile);
    }
    fetched(written.issuer.as_ref()?, written, faults).map(KeySource::Discovery)
}

fn file(folder: &Path, text: &Spanned<String>, content: &str, faults: &mut Faults) -> Option<PathBuf> {
    let path = folder.join(text.get_ref());
    if path.is_file() {
        return Some(path);
    }
    let hint = format!("a path relative to this file, {content}");
    faults.push(at(text), format!("there is no file {:?}", text.get_ref()), hint);
    None
}

/// Somebody may have written the secret itself, so a text that is no path is not shown.
pub(super) fn secret_file(folder: &Path, text: &Spanned<String>, faults: &mut Faults) -> Option<PathBuf> {
    let path = folder.join(text.get_ref());
    if path.is_file() {
        return Some(path);
    }
    faults.hide(at(text));
    let hint = "a path relative to this file, to a file that only its owner may read; never the secret itself";
    faults.push(at(text), "there is no file of this name", hint);
    None
}

fn fetched(text: &Spanned<String>, written: &WrittenIssuer, faults: &mut Faults) -> Option<Url> {
    let url = urls::web_url(text, faults)?;
    is_allowed(&KEYS, text, &url, written, faults).then_some(url)
}

/// Where the issuer's revocations are, if it says so.
pub(super) fn revocations(written: &WrittenIssuer, faults: &mut Faults) -> Option<Url> {
    let text = written.revocations_url.as_ref()?;
    let url = urls::web_url(text, faults)?;
    is_allowed(&REVOCATIONS, text, &url, written, faults).then_some(url)
}

/// Where the issuer says of one token whether it is active, if it does.
pub(super) fn introspection(written: &WrittenIssuer, faults: &mut Faults) -> Option<Url> {
    let text = written.introspection_url.as_ref()?;
    let url = urls::web_url(text, faults)?;
    is_allowed(&INTROSPECTION, text, &url, written, faults).then_some(url)
}

/// The origins beside the issuer's own on which a discovery document may place the keys.
pub(super) fn key_origins(written: &WrittenIssuer, faults: &mut Faults) -> Vec<Origin> {
    let Some(list) = &written.key_origins else { return Vec::new() };
    if !written.discovery {
        let hint = "take it out: every other source says itself where the keys are";
        faults.push(at(list), "`key-origins` counts only with discovery = true", hint);
    }
    list.get_ref().iter().filter_map(|text| origin(text, written, faults)).collect()
}

fn origin(text: &Spanned<String>, written: &WrittenIssuer, faults: &mut Faults) -> Option<Origin> {
    let url = urls::web_url(text, faults)?;
    let origin: Result<Origin, NoOrigin> = text.get_ref().parse();
    if origin.is_err() {
        let hint = "scheme, host and port only, such as \"https://www.googleapis.com\"";
        faults.push(at(text), format!("{:?} is no origin", text.get_ref()), hint);
    }
    origin.ok().filter(|_| is_allowed(&KEYS, text, &url, written, faults))
}

fn is_allowed(
    wanted: &Wanted,
    text: &Spanned<String>,
    url: &Url,
    written: &WrittenIssuer,
    faults: &mut Faults,
) -> bool {
    let allowances = Allowances { http: written.allow_http, private: written.allow_private };
    let Err(fault) = allowances.judge(url) else { return true };
    let Wanted { what, danger } = wanted;
    let (message, hint) = match fault {
        AddressFault::PlainHttp => (
            format!("{what} over plain http from another machine"),
            format!("use https://; whoever can change the answer {danger}. allow-http = true accepts that"),
        ),
        AddressFault::Private => (
            format!("{what} from an address in a private network"),
            "if that is meant: allow-private = true for this issuer".to_owned(),
        ),
        AddressFault::Never => (
            "no key server can have this address".to_owned(),
            "it is unspecified, multicast, reserved, or a cloud's metadata service".to_owned(),
        ),
        AddressFault::Shape => {
            (format!("this is no address for {what}"), "http or https, with a host and without credentials".to_owned())
        }
    };
    faults.push(at(text), message, hint);
    false
}
