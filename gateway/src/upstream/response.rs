//! What of an upstream's response head may go on to the client.
//!
//! Never passes on a hop's own business: its version, its framing, its connection.

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::response::Parts;
use http::{HeaderMap, StatusCode, Version};

use crate::admission::{framing, headers};
use crate::config::Upstream;
use crate::refusal::Refused;

/// Checks the head and strips what must not cross this hop.
///
/// # Errors
/// 502 `upstream_failed` for a switch of protocols that nobody asked for, for a transfer coding beside chunks, and for lengths that
/// differ or are none.
pub fn accept(head: &mut Parts, upstream: &Upstream) -> Result<(), Refused> {
    if head.status == StatusCode::SWITCHING_PROTOCOLS {
        return Err(failed(upstream, "it switches protocols without being asked"));
    }
    if head.headers.contains_key(TRANSFER_ENCODING) && !framing::only_chunked(&head.headers) {
        return Err(failed(upstream, "it uses a transfer coding other than chunked"));
    }
    settle_length(&mut head.headers).map_err(|how| failed(upstream, how))?;
    // RFC 9110 section 2.5: a version is that of the one who speaks.
    head.version = Version::HTTP_11;
    headers::strip_hop_by_hop(&mut head.headers);
    Ok(())
}

fn failed(upstream: &Upstream, how: &str) -> Refused {
    Refused::new(StatusCode::BAD_GATEWAY, "upstream_failed", "The service gave no valid answer.")
        .because(format!("upstream `{}` at {}: {how}", upstream.name, upstream.authority))
}

/// Leaves one length at most, and that of the body. hyper goes by the chunks where there are both, but passes the length on; and
/// it does not look at the length of an answer that has no body.
fn settle_length(headers: &mut HeaderMap) -> Result<(), &'static str> {
    if headers.contains_key(TRANSFER_ENCODING) {
        // RFC 9112 section 6.3: chunks override a length, which goes no further.
        headers.remove(CONTENT_LENGTH);
        return Ok(());
    }
    if says_one(headers) {
        return Ok(());
    }
    let said = headers.get_all(CONTENT_LENGTH).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let mut said = said.map(|text| number(text.trim_ascii()).ok_or("its Content-Length is no number"));
    let Some(first) = said.next().transpose()? else { return Ok(()) };
    for other in said {
        if other? != first {
            return Err("it says two lengths");
        }
    }
    // RFC 9110 section 8.6: the same one again counts as one.
    headers.insert(CONTENT_LENGTH, first.into());
    Ok(())
}

/// As nearly all do: one field, one number, or none of it.
fn says_one(headers: &HeaderMap) -> bool {
    let mut fields = headers.get_all(CONTENT_LENGTH).iter();
    let Some(first) = fields.next() else { return true };
    number(first.as_bytes()).is_some() && fields.next().is_none()
}

fn number(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn settled(said: &[(http::HeaderName, &'static str)]) -> Result<Vec<String>, &'static str> {
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.append(name, HeaderValue::from_static(value));
        }
        settle_length(&mut headers)?;
        Ok(headers.get_all(CONTENT_LENGTH).iter().map(|value| value.to_str().unwrap_or("?").to_owned()).collect())
    }

    #[test]
    fn one_length_is_left_or_none_beside_chunks() {
        let lengths =
            |said: &[&'static str]| settled(&said.iter().map(|one| (CONTENT_LENGTH, *one)).collect::<Vec<_>>());
        assert_eq!(lengths(&[]), Ok(vec![]));
        for equal in [&["5"][..], &["5", "5"], &["5, 5"], &["5,5", " 5"], &["5", "05"]] {
            assert_eq!(lengths(equal), Ok(vec!["5".to_owned()]), "{equal:?}");
        }
        for bad in
            [&["5", "6"][..], &["5, 6"], &[""], &["-1"], &["5,"], &["0x5"], &["99999999999999999999"], &["5", "+5"]]
        {
            assert!(lengths(bad).is_err(), "{bad:?}");
        }
        assert_eq!(settled(&[(CONTENT_LENGTH, "50"), (TRANSFER_ENCODING, "chunked")]), Ok(vec![]));
    }
}
