//! The page and its files, embedded in the binary, with their content hash as ETag.
//! Never reads the disk at run time, and never serves a name that is not embedded.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::fault::Fault;

/// The file behind `/`.
const PAGE: &str = "index.html";
/// Bytes of the SHA-256 that make the ETag.
const ETAG_BYTES: usize = 16;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Embedded;

/// `GET /`: the page.
pub async fn page(headers: HeaderMap) -> Result<Response, Fault> {
    serve(PAGE, &headers)
}

/// `GET /assets/{file}`: a script, a style sheet or the icon; [`Fault::NotFound`] for any other name.
pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Fault> {
    serve(&name, &headers)
}

fn serve(name: &str, headers: &HeaderMap) -> Result<Response, Fault> {
    let media_type = media_type(name).ok_or(Fault::NotFound)?;
    let file = Embedded::get(name).ok_or(Fault::NotFound)?;
    let etag = etag(&file);
    // no-cache: keep it, but ask each time; the names carry no hash, so an upgrade must show at once.
    let common = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    if is_known(headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    Ok((common, [(header::CONTENT_TYPE, media_type)], file.data).into_response())
}

fn media_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

fn etag(file: &EmbeddedFile) -> HeaderValue {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash.iter().take(ETAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("\"{hex}\"")).expect("hex digits are a valid header value")
}

/// If-None-Match (RFC 9110, section 13.1.2): weak comparison, a list, or `*`.
fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known
        .flat_map(|value| value.split(','))
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == "*" || one.as_bytes() == etag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str) -> String {
        String::from_utf8(Embedded::get(name).unwrap().data.into_owned()).unwrap()
    }

    #[test]
    fn every_embedded_file_can_be_served() {
        assert!(Embedded::iter().count() > 10);
        for name in Embedded::iter() {
            assert!(serve(&name, &HeaderMap::new()).is_ok(), "{name}");
        }
        assert!(serve("../Cargo.toml", &HeaderMap::new()).is_err());
    }

    #[test]
    fn an_etag_is_recognised_alone_weak_and_in_a_list() {
        let etag = HeaderValue::from_static("\"ab\"");
        for (sent, expected) in
            [("\"ab\"", true), ("W/\"ab\"", true), ("\"x\", \"ab\"", true), ("*", true), ("\"a\"", false)]
        {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(sent))]);
            assert_eq!(is_known(&headers, &etag), expected, "{sent}");
        }
    }

    #[test]
    fn no_script_parses_html_stores_anything_or_reaches_another_host() {
        let banned = [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "localStorage",
            "sessionStorage",
            "indexedDB",
            "document.cookie",
            "http://",
            "https://",
        ];
        for name in Embedded::iter().filter(|name| name.ends_with(".js")) {
            let script = text(&name);
            for word in banned {
                assert!(!script.contains(word), "{name} contains {word}");
            }
        }
    }

    /// The tables have names in capitals. A name from outside may be "constructor": only `own` looks it up.
    #[test]
    fn no_script_finds_in_a_table_what_every_object_has() {
        let is_table =
            |name: &str| name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        for name in Embedded::iter().filter(|name| name.ends_with(".js")) {
            let script = text(&name);
            for (place, _) in script.match_indices('[') {
                let before = script[..place].rsplit(|c| !is_word(c)).next().unwrap();
                assert!(!is_table(before), "{name}: {before}[...]: use own({before}, ...)");
            }
            for (place, operator) in script.match_indices(" in ") {
                let after = script[place + operator.len()..].split(|c| !is_word(c)).next().unwrap();
                assert!(!is_table(after), "{name}: in {after}: use own({after}, ...)");
            }
        }
        assert!(text("lookup.js").contains("Object.hasOwn(table, name)"));
    }

    #[test]
    fn the_page_has_nothing_inline() {
        let page = text(PAGE);
        for inline in ["<style", "style=", "onclick", "onload", "javascript:"] {
            assert!(!page.contains(inline), "{inline}");
        }
        assert_eq!(page.matches("<script").count(), page.matches("<script type=\"module\" src=\"/assets/").count());
    }
}
