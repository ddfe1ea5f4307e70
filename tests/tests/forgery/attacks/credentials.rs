//! How a token is presented (RFC 6750 section 2, RFC 9110 section 11.6.2). Every token here is good.

use crate::case::{Case, lines};
use crate::door::{Mints, PATH};

pub fn cases(mints: &Mints) -> Vec<Case> {
    let good = mints.main.sign(&mints.main.claims());
    let other = mints.twin.sign(&mints.twin.claims());
    let mut cases = several(&good, &other);
    cases.extend(badly_written(&good));
    cases.extend(elsewhere(&good));
    cases
}

fn several(good: &str, other: &str) -> Vec<Case> {
    let twice = |name: &str, second: String| {
        lines(name, format!("Authorization: Bearer {good}\r\n{second}\r\n"), "token_several_credentials")
    };
    vec![
        twice("two equal Authorization headers", format!("Authorization: Bearer {good}")),
        twice("two issuers' tokens", format!("authorization: Bearer {other}")),
        twice("a token, then Basic", "Authorization: Basic YWxpY2U6c2VjcmV0".to_owned()),
        twice("a token, then an empty header", "Authorization: ".to_owned()),
        lines(
            "Basic, then a token",
            format!("Authorization: Basic YWxpY2U6c2VjcmV0\r\nAuthorization: Bearer {good}\r\n"),
            "token_several_credentials",
        ),
    ]
}

fn badly_written(good: &str) -> Vec<Case> {
    let written = |value: String, reason: &'static str| {
        let shown = value.replace(good, "TOKEN").replace('\t', "TAB");
        lines(format!("Authorization: {shown}"), format!("Authorization: {value}\r\n"), reason)
    };
    let mut cases: Vec<Case> = [
        format!("Basic {good}"),
        format!("Token {good}"),
        format!("DPoP {good}"),
        format!("JWT {good}"),
        format!("Bearer{good}"),
        format!("Bearer:{good}"),
        format!("Bearer={good}"),
        format!("Bearer\t{good}"),
        format!("Bearer {good} {good}"),
        format!("Bearer {good}, Bearer {good}"),
        format!("Bearer {good},"),
        format!("Bearer {good}\t."),
        format!("Bearer Bearer {good}"),
        format!("Bearer token={good} realm=a"),
        good.to_owned(),
        "Bearer".to_owned(),
        String::new(),
    ]
    .map(|value| written(value, "token_credential_syntax"))
    .into();
    for value in [format!("Bearer \"{good}\""), format!("Bearer token={good}"), format!("Bearer <{good}>")] {
        cases.push(written(value, "token_malformed"));
    }
    let bytes = |middle: &[u8]| [b"Authorization: Bearer", middle, good.as_bytes(), b"\r\n"].concat();
    cases.push(lines("a no-break space before the token", bytes(b"\xc2\xa0"), "token_credential_syntax"));
    cases.push(lines("a byte that is no UTF-8", bytes(b" \xff"), "token_credential_syntax"));
    cases
}

/// Where RFC 6750 section 5.3 says a token does not belong, and where only another hop would look.
fn elsewhere(good: &str) -> Vec<Case> {
    let line = |name: &str, line: String| lines(name, line, "token_missing");
    let in_query = |name: &str| Case {
        target: format!("{PATH}?{name}={good}"),
        ..line(&format!("the token in the query as {name}"), String::new())
    };
    vec![
        line("no token", String::new()),
        in_query("access_token"),
        in_query("token"),
        in_query("Authorization"),
        line("the token in a cookie", format!("Cookie: access_token={good}; token={good}\r\n")),
        line("the token for a proxy", format!("Proxy-Authorization: Bearer {good}\r\n")),
        line("the token as another hop's", format!("X-Forwarded-Authorization: Bearer {good}\r\n")),
        line("the token under a name of its own", format!("X-Access-Token: {good}\r\n")),
    ]
}
