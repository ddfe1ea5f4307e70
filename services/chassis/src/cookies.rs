//! The cookies of one name that a browser sent. Never chooses among several.

use std::str;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum_extra::extract::cookie::Cookie;

/// The content of every cookie of this name, in the order sent. One that is no text is passed over, and it alone: any
/// page of a sibling host can set one, and must not hide the others with it.
pub fn named<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let pairs = headers.get_all(COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let cookies = pairs.filter_map(|pair| Cookie::parse(str::from_utf8(pair).ok()?).ok());
    cookies.filter(move |cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// The content of the one cookie of this name. Two count as none: one of them was put there by somebody else, from another
/// path or a sibling host, and nothing tells which (RFC 6265 section 8.6).
pub fn single(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut ours = named(headers, name);
    ours.next().filter(|_| ours.next().is_none())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(lines: &[&[u8]]) -> Vec<String> {
        let sent: HeaderMap = lines.iter().map(|line| (COOKIE, HeaderValue::from_bytes(line).unwrap())).collect();
        assert_eq!(single(&sent, "own"), named(&sent, "own").next().filter(|_| named(&sent, "own").count() == 1));
        named(&sent, "own").collect()
    }

    #[test]
    fn every_cookie_of_the_name_is_read_in_order() {
        assert_eq!(read(&[b"a=1; own=t;own= u ; owner=x", b"own=v"]), ["t", "u", "v"]);
        assert_eq!(read(&[b"own", b"own ; =own; OWN=t; a=own=t"]), [""; 0]);
        assert_eq!(read(&[b"own=; own=a=b"]), ["", "a=b"]);
    }

    #[test]
    fn what_is_no_text_hides_no_other_cookie() {
        for sent in
            [&b"x=\xfc; own=t"[..], b"own=t; x=\xfc", b"x\xff=1;own=t;\xff", b"x=\xc3\xbc; own=t", b"own=\xfc; own=t"]
        {
            assert_eq!(read(&[sent]), ["t"], "{}", sent.escape_ascii());
        }
        assert_eq!(read(&[b"x=\xfc", b"own=t"]), ["t"]);
    }
}
