//! The header changes a filter asks for, checked and applied.
//!
//! Never lets a guest touch framing, hop-by-hop or identity headers, and never a value with control characters.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::bindings::HeaderOp;
use super::fault::Fault;
use super::returned;
use crate::admission::headers;
use crate::config::PluginLimits;

/// The longest value, in bytes.
const VALUE_BYTES: usize = 8 * 1024;

/// Applies all operations or, when one breaks the contract, none.
///
/// # Errors
/// The limit that the operations pass, or how one of them breaks the contract.
pub(super) fn apply(
    ops: &[HeaderOp],
    target: &mut HeaderMap,
    identity_prefix: &str,
    limits: &PluginLimits,
) -> Result<(), Fault> {
    for op in checked(ops, identity_prefix, limits)? {
        match op {
            Checked::Set(name, value) => drop(target.insert(name, value)),
            Checked::Append(name, value) => drop(target.append(name, value)),
            Checked::Remove(name) => drop(target.remove(name)),
        }
    }
    Ok(())
}

/// Checks operations that nobody will apply.
///
/// # Errors
/// As for [`apply`].
pub(super) fn check(ops: &[HeaderOp], identity_prefix: &str, limits: &PluginLimits) -> Result<(), Fault> {
    checked(ops, identity_prefix, limits).map(drop)
}

fn checked(ops: &[HeaderOp], identity_prefix: &str, limits: &PluginLimits) -> Result<Vec<Checked>, Fault> {
    returned::check(ops.iter().map(size), limits)?;
    ops.iter().map(|op| one(op, identity_prefix).map_err(Fault::Contract)).collect()
}

enum Checked {
    Set(HeaderName, HeaderValue),
    Append(HeaderName, HeaderValue),
    Remove(HeaderName),
}

/// Name and value, in bytes.
fn size(op: &HeaderOp) -> usize {
    match op {
        HeaderOp::Set((name, value)) | HeaderOp::Append((name, value)) => name.len() + value.len(),
        HeaderOp::Remove(name) => name.len(),
    }
}

fn one(op: &HeaderOp, identity_prefix: &str) -> Result<Checked, String> {
    Ok(match op {
        HeaderOp::Set((name, bytes)) => Checked::Set(allowed(name, identity_prefix)?, value(name, bytes)?),
        HeaderOp::Append((name, bytes)) => Checked::Append(allowed(name, identity_prefix)?, value(name, bytes)?),
        HeaderOp::Remove(name) => Checked::Remove(allowed(name, identity_prefix)?),
    })
}

fn allowed(name: &str, identity_prefix: &str) -> Result<HeaderName, String> {
    let parsed: HeaderName = name.parse().map_err(|_| "a header name that is no token (RFC 9110 5.1)".to_owned())?;
    let theirs =
        headers::is_twin(&parsed) || headers::is_hop_by_hop(&parsed) || headers::is_reserved(&parsed, identity_prefix);
    if theirs {
        return Err(format!("the header `{parsed}`, which only the gateway sets"));
    }
    Ok(parsed)
}

fn value(name: &str, bytes: &[u8]) -> Result<HeaderValue, String> {
    if bytes.len() > VALUE_BYTES {
        return Err(format!("a value of {} bytes for `{name}`; {VALUE_BYTES} are allowed", bytes.len()));
    }
    HeaderValue::from_bytes(bytes).map_err(|_| format!("a value with control characters for `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, value: &[u8]) -> HeaderOp {
        HeaderOp::Set((name.into(), value.to_vec()))
    }

    #[test]
    fn a_filter_cannot_inject_frame_or_impersonate() {
        for bad in [
            set("x-a", b"b\r\nset-cookie: c=d"),
            set("x-a", b"b\0"),
            set("bad name", b"v"),
            set("Content-Length", b"0"),
            set("Transfer-Encoding", b"chunked"),
            set("Host", b"elsewhere"),
            set("X-Identity-Subject", b"root"),
            set("X_Identity_Subject", b"root"),
            set("X-Forwarded-Proto", b"https"),
            HeaderOp::Remove("x-request-id".into()),
            set("x-a", &vec![b'v'; VALUE_BYTES + 1]),
        ] {
            let mut headers = HeaderMap::new();
            let result =
                apply(&[set("x-first", b"1"), bad.clone()], &mut headers, "x-identity-", &PluginLimits::default());
            assert!(result.is_err(), "{bad:?}");
            assert!(headers.is_empty(), "nothing of a refused list is applied");
        }
    }

    #[test]
    fn operations_apply_in_order() {
        let mut headers = HeaderMap::new();
        headers.insert("x-old", HeaderValue::from_static("1"));
        let ops = [
            set("X-Tenant", b"acme"),
            HeaderOp::Append(("x-tenant".into(), b"globex".to_vec())),
            HeaderOp::Remove("x-old".into()),
        ];
        apply(&ops, &mut headers, "x-identity-", &PluginLimits::default()).expect("applies");
        assert_eq!(headers.get_all("x-tenant").iter().count(), 2);
        assert!(!headers.contains_key("x-old"));
    }
}
