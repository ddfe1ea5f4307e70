//! Who issues the tokens and for whom: `issuer`, `audience`, `resources`. Never shows a URL that carries a password.

use crate::config::limits::MAX_LISTED;
use crate::config::written::WrittenServer;
use crate::loopback::is_loopback;
use toml::Spanned;
use url::Url;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// `issuer`. RFC 8414 section 2: https, no query, no fragment. Plain http is for loopback, or where `allow-http` says so.
pub(super) fn issuer(written: &WrittenServer, faults: &mut Faults) -> Option<String> {
    let text = written.issuer.as_ref()?;
    let url = match Url::parse(text.get_ref()) {
        Ok(url) => url,
        Err(cause) => {
            if text.get_ref().contains('@') {
                faults.hide(at(text));
            }
            faults.push(at(text), format!("this is no URL: {cause}"), "such as \"https://id.example.com\"");
            return None;
        }
    };
    let Some((message, hint)) = issuer_fault(text.get_ref(), &url, written.allow_http) else {
        return Some(text.get_ref().clone());
    };
    if has_credentials(&url) {
        faults.hide(at(text));
    }
    faults.push(at(text), message, hint);
    None
}

fn issuer_fault(text: &str, url: &Url, allow_http: bool) -> Option<(&'static str, &'static str)> {
    if url.query().is_some() || url.fragment().is_some() || has_credentials(url) {
        return Some(("an issuer has no query, no fragment and no credentials", "leave them out"));
    }
    if text.ends_with('/') {
        return Some(("an issuer must not end with a slash", "leave it out: clients compare it letter by letter"));
    }
    if url.port() == Some(0) && !is_loopback(url) {
        return Some(("port 0 is for loopback issuers only", "write the port that clients use"));
    }
    match url.scheme() {
        "https" => None,
        "http" if allow_http || is_loopback(url) => None,
        "http" => Some(("the issuer is plain http to another host", "use https, or write allow-http = true")),
        _ => Some(("the scheme of the issuer is not known here", "use https")),
    }
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// `audience`.
pub(super) fn audience(written: &WrittenServer, faults: &mut Faults) -> Option<String> {
    let text = written.audience.as_ref()?;
    if text.get_ref().is_empty() {
        faults.push(at(text), "`audience` is empty", "who the tokens are meant for, such as \"witgate\"");
        return None;
    }
    Some(text.get_ref().clone())
}

/// `resources`. RFC 8707 section 2: absolute URIs without a fragment.
pub(super) fn resources(written: &WrittenServer, faults: &mut Faults) -> Vec<String> {
    let Some(list) = &written.resources else { return Vec::new() };
    let items = list.get_ref();
    if items.len() > MAX_LISTED {
        faults.push(at(list), format!("more than {MAX_LISTED} resources"), "write fewer");
    }
    for (index, item) in items.iter().enumerate() {
        check_resource(item, faults);
        if let Some(first) = items[..index].iter().find(|first| first.get_ref() == item.get_ref()) {
            let message = format!("the resource {:?} is there twice", item.get_ref());
            faults.push_pair((at(item), "again here"), (at(first), "first here"), message, "take one of them out");
        }
    }
    items.iter().map(|item| item.get_ref().clone()).collect()
}

fn check_resource(text: &Spanned<String>, faults: &mut Faults) {
    if Url::parse(text.get_ref()).is_ok_and(|url| url.fragment().is_none() && !has_credentials(&url)) {
        return;
    }
    if text.get_ref().contains('@') {
        faults.hide(at(text));
    }
    let hint = "a whole URI without a fragment and without credentials, such as \"https://orders.example.com\"";
    faults.push(at(text), "this is no resource (RFC 8707)", hint);
}
