//! Which header names a stamp may touch.
//!
//! Never the ones that frame, route or vouch for a message: those belong to the gateway, which would answer 500 to each
//! request. Here they are refused when the config is loaded.
use witgate_plugin::contract;

/// Beside the gateway's own: headers by which the two ends of this hop agree (RFC 9110 sections 10.1.1 and 11.7.1).
const OF_THIS_HOP: [&str; 2] = ["expect", "proxy-authenticate"];

/// The name in lower case, or why it cannot be stamped.
pub fn parse(name: &str) -> Result<String, String> {
    let lower = contract::header_name(name)?;
    if OF_THIS_HOP.contains(&lower.replace('_', "-").as_str()) {
        return Err(format!("`{name}` belongs to the gateway and cannot be changed by a policy"));
    }
    Ok(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tokens_in_lower_case() {
        assert_eq!(parse("X-Tenant"), Ok("x-tenant".into()));
        assert_eq!(parse("x_plan.1"), Ok("x_plan.1".into()));
        for bad in ["", "x tenant", "x:tenant", "x-t\u{e9}", "x\r\ny", "(x)"] {
            assert!(parse(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn the_gateways_names_are_refused_in_every_spelling() {
        let names = [
            "connection",
            "content-length",
            "expect",
            "forwarded",
            "host",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-forwarded-for",
            "x-forwarded-user",
            "x-real-ip",
            "x-request-id",
            "x-identity-subject",
        ];
        for name in names {
            for spelling in [name.to_owned(), name.to_uppercase(), name.replace('-', "_")] {
                let why = parse(&spelling).expect_err("must be refused");
                assert!(why.contains("belongs to the gateway"), "{why}");
            }
        }
    }
}
