//! The URLs of a configuration: of upstreams and of key sets.
//!
//! Never fetches one.

use http::uri::Authority;
use toml::Spanned;
use url::Url;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// A URL of http or https with a host and without credentials, or a fault.
pub(super) fn web_url(text: &Spanned<String>, faults: &mut Faults) -> Option<Url> {
    let url = match Url::parse(text.get_ref()) {
        Ok(url) => url,
        Err(error) => {
            if text.get_ref().contains('@') {
                faults.hide(at(text));
            }
            let hint = "a whole URL, such as \"http://127.0.0.1:9000\"";
            faults.push(at(text), format!("this is no URL: {error}"), hint);
            return None;
        }
    };
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        faults.push(at(text), format!("the scheme {:?} is not known here", url.scheme()), "use http:// or https://");
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        faults.hide(at(text));
        faults.push(at(text), "a URL must not carry a password", "take user and password out of the URL");
        return None;
    }
    Some(url)
}

/// Host and port of an upstream's URL; plain http, and nothing after the port.
pub(super) fn authority(text: &Spanned<String>, faults: &mut Faults) -> Option<Authority> {
    let url = web_url(text, faults)?;
    if url.scheme() == "https" {
        faults.push(at(text), "https to an upstream is not supported yet", "use http:// on a network you trust");
        return None;
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        let hint = "leave out what comes after the port: the upstream gets the request's own path";
        faults.push(at(text), "the URL of an upstream has no path, query or fragment", hint);
        return None;
    }
    let host_and_port = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
    let authority = host_and_port.parse().ok();
    if authority.is_none() || url.port() == Some(0) {
        faults.push(at(text), format!("{host_and_port:?} is no host and port"), "such as \"http://127.0.0.1:9101\"");
    }
    authority
}
