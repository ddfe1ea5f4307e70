//! Header changes: which names, which values, how many.
//!
//! Never a name that frames, routes or vouches for a message: those belong to the gateway (RFC 9110 section 7.6.1).
use crate::types::HeaderOp;

/// Operations that one answer may have.
pub const MAX_OPERATIONS: usize = 64;
/// The longest value of a header, in bytes.
pub const MAX_VALUE_BYTES: usize = 8 * 1024;
/// The default of `identity-prefix`: these headers are what the gateway vouches for. An operator may choose another
/// prefix, which a plugin cannot see; the gateway checks it at run time.
pub const IDENTITY_PREFIX: &str = "x-identity-";

/// Framing, hop-by-hop and forwarding headers, and what servers believe though anyone can send it. The gateway's own list is in
/// gateway/src/admission/headers.rs; a test of the workspace holds them together.
const GATEWAYS: [&str; 32] = [
    "client-ip",
    "connection",
    "content-length",
    "forwarded",
    "host",
    "keep-alive",
    "proxy",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-forwarded",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-originating-ip",
    "x-real-ip",
    "x-remote-addr",
    "x-remote-ip",
    "x-request-id",
    "x-rewrite-url",
    "x-witgate-debug",
    "x-witgate-debug-generation",
    "x-witgate-generation",
];
/// What the gateway takes off each request beside these; a policy may set them.
const STRIPPED: [&str; 2] = ["expect", "proxy-authorization"];
/// All names that begin so are the gateway's too.
const GATEWAYS_PREFIXES: [&str; 2] = ["x-forwarded-", IDENTITY_PREFIX];

/// The name in lower case, when a policy may change that header. `_` counts as `-`, for many servers read it so
/// (CGI, RFC 3875 section 4.1.18).
///
/// ```
/// use witgate_plugin::contract;
///
/// assert_eq!(contract::header_name("X-Tenant"), Ok("x-tenant".to_owned()));
/// assert!(contract::header_name("X_Forwarded_For").unwrap_err().contains("belongs to the gateway"));
/// ```
///
/// # Errors
/// The sentence for the operator: no token (RFC 9110 section 5.1), or the gateway's own.
pub fn header_name(name: &str) -> Result<String, String> {
    let lower = name.to_ascii_lowercase();
    if lower.is_empty() || !lower.bytes().all(is_token) {
        return Err(format!("`{name}` is no header name"));
    }
    let dashed = lower.replace('_', "-");
    if GATEWAYS.contains(&dashed.as_str()) || GATEWAYS_PREFIXES.iter().any(|prefix| dashed.starts_with(prefix)) {
        return Err(format!("`{name}` belongs to the gateway and cannot be changed by a policy"));
    }
    Ok(lower)
}

/// The name in lower case, when a policy can see a client's header of that name. The gateway takes the others off each
/// request, with all names that have a `_`, and a policy that waits for one of them waits in vain.
///
/// ```
/// use witgate_plugin::contract;
///
/// assert_eq!(contract::readable_header("X-Tenant"), Ok("x-tenant".to_owned()));
/// assert!(contract::readable_header("x-forwarded-for").is_err());
/// ```
///
/// # Errors
/// The sentence for the operator.
pub fn readable_header(name: &str) -> Result<String, String> {
    let lower = name.to_ascii_lowercase();
    if lower.is_empty() || !lower.bytes().all(is_token) {
        return Err(format!("`{name}` is no header name"));
    }
    if lower.contains('_') || STRIPPED.contains(&lower.as_str()) || header_name(name).is_err() {
        return Err(format!(
            "`{name}` is taken off each request by the gateway, or is its own: no policy sees a client's"
        ));
    }
    Ok(lower)
}

/// Checks a value: no control characters but tab, and bounded.
///
/// ```
/// use witgate_plugin::contract;
///
/// assert!(contract::header_value(b"acme").is_ok() && contract::header_value(b"acme\r\nx-admin: 1").is_err());
/// ```
///
/// # Errors
/// What is wrong with it; never the value itself.
pub fn header_value(value: &[u8]) -> Result<(), String> {
    if value.len() > MAX_VALUE_BYTES {
        return Err(format!("a value of {} bytes; {MAX_VALUE_BYTES} are allowed", value.len()));
    }
    let legal = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
    if value.iter().all(legal) { Ok(()) } else { Err("a value with control characters".to_owned()) }
}

/// Checks the changes of one answer. The gateway applies all of them or, when one is wrong, none, and answers 500.
///
/// ```
/// use witgate_plugin::{HeaderOp, contract};
///
/// assert_eq!(contract::header_ops(&[HeaderOp::set("x-tenant", "acme")]), Ok(()));
/// assert!(contract::header_ops(&[HeaderOp::set("host", "elsewhere.example.com")]).is_err());
/// ```
///
/// # Errors
/// The first change that breaks the contract.
pub fn header_ops(ops: &[HeaderOp]) -> Result<(), String> {
    if ops.len() > MAX_OPERATIONS {
        return Err(format!("{} header operations; {MAX_OPERATIONS} are allowed", ops.len()));
    }
    ops.iter().try_for_each(|op| match op {
        HeaderOp::Set(name, value) | HeaderOp::Append(name, value) => {
            header_name(name)?;
            header_value(value).map_err(|why| format!("`{name}`: {why}"))
        }
        HeaderOp::Remove(name) => header_name(name).map(drop),
    })
}

/// `tchar` of RFC 9110 section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_gateway_takes_off_is_not_readable() {
        for readable in ["X-Tenant", "cookie", "authorization", "cf-connecting-ip", "x-api-key"] {
            assert_eq!(readable_header(readable), Ok(readable.to_lowercase()));
        }
        for stripped in
            ["X-Forwarded-For", "forwarded", "X-Real-IP", "True-Client-IP", "x_tenant", "x-identity-subject", "te"]
        {
            assert!(readable_header(stripped).unwrap_err().contains("no policy sees"), "{stripped}");
        }
        assert_eq!(readable_header("a b"), Err("`a b` is no header name".into()));
    }

    #[test]
    fn names_are_tokens_and_not_the_gateways() {
        assert_eq!(header_name("X-Tenant"), Ok("x-tenant".into()));
        assert_eq!(header_name("x_plan.1"), Ok("x_plan.1".into()));
        for free in ["x-identify", "x-forward-for", "x-request", "cookie", "expect", "cf-connecting-ip"] {
            assert!(header_name(free).is_ok(), "{free}");
        }
        for bad in ["", "x tenant", "x:tenant", "x-t\u{e9}", "x\r\ny", "(x)"] {
            assert!(header_name(bad).is_err(), "{bad:?}");
        }
        let prefixed =
            ["X-Forwarded-For", "x-forwarded-user", "x_forwarded-host", "X-Identity-Subject", "x_identity_x"];
        for name in GATEWAYS.into_iter().chain(prefixed) {
            for spelling in [name.to_owned(), name.to_uppercase(), name.replace('-', "_")] {
                assert!(header_name(&spelling).is_err(), "{spelling}");
            }
        }
    }

    #[test]
    fn values_and_counts_are_bounded() {
        let set = |bytes: &[u8]| vec![HeaderOp::Set("x-a".into(), bytes.to_vec())];
        for good in [&b""[..], b"a\tb", "Zo\u{eb}".as_bytes(), b"\xff", &[b'v'; MAX_VALUE_BYTES]] {
            assert_eq!(header_ops(&set(good)), Ok(()), "{good:?}");
        }
        for bad in [&b"a\r\nb: c"[..], b"a\0", b"\x7f", b"\x1b[0m", &[b'v'; MAX_VALUE_BYTES + 1]] {
            assert!(header_ops(&set(bad)).is_err(), "{bad:?}");
        }
        let removals = |count| vec![HeaderOp::Remove("x-a".into()); count];
        assert_eq!(header_ops(&removals(64)), Ok(()));
        assert!(header_ops(&removals(65)).is_err());
        assert!(header_ops(&[HeaderOp::Append("te".into(), Vec::new())]).is_err());
        assert!(header_ops(&[HeaderOp::Remove("host".into())]).is_err());
    }
}
