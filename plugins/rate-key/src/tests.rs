//! The filter against the mock: never a real limiter.
use witgate_plugin::{Action, Filter, HeaderOp, mock, serde_json};

use super::RateKey;

#[test]
fn a_wrong_config_names_its_key() {
    let from = |sources: &str| format!(r#"{{"from": {sources}}}"#);
    let with = |extra: &str| format!(r#"{{"from": [{{"claim": "sub"}}]{extra}}}"#);
    let cases = [
        ("{}".into(), "missing field `from`"),
        (from("[]"), "from: must name at least one"),
        (from(r#"[{"cookie": "a"}]"#), "from[0]: unknown variant `cookie`, expected one of"),
        (from(r#"[{"claim": ""}]"#), "from[0].claim: must not be empty"),
        (from(r#"[{"claim": "a"}, {"attribute": ""}]"#), "from[1].attribute: must not be empty"),
        (from(r#"[{"header": "x-forwarded-for"}]"#), "from[0].header: `x-forwarded-for` is taken off"),
        (from(r#"[{"claim": "sub"}, {"header": "X-Api-Key"}]"#), "from[1].header: `x-api-key` holds a credential"),
        (from(r#"[{"header": "authorization"}]"#), "from[0].header: `authorization` holds a credential"),
        (from(r#"[{"header": "cookie"}]"#), "from[0].header: `cookie` holds a credential"),
        (from(r#"[{"header": "x-session-id"}]"#), "from[0].header: `x-session-id` holds a credential"),
        (from(r#"[{"peer": {}}, {"claim": "sub"}]"#), "from[1]: is never reached"),
        (from(r#"[{"peer": {"ipv4": 33}}]"#), "from[0].peer.ipv4: 33 bits"),
        (from(r#"[{"peer": {"ipv6": 129}}]"#), "from[0].peer.ipv6: 129 bits"),
        (from(r#"[{"peer": {"ipv5": 1}}]"#), "from[0].peer.ipv5: unknown field"),
        (with(r#", "header": "x-forwarded-for""#), "header: `x-forwarded-for` belongs to the gateway"),
        (with(r#", "header": "a b""#), "header: `a b` is no header name"),
        (with(r#", "otherwise": "forward""#), "otherwise: unknown variant `forward`"),
        (with(r#", "hash-key": "short""#), "hash-key: must have at least 32 bytes"),
        (with(r#", "hash": true"#), "hash: unknown field"),
    ];
    for (config, expected) in cases {
        let why = mock::configure::<RateKey>(&config).unwrap_err();
        assert!(why.starts_with(expected), "{config}:\n  {why}\n  {expected}");
        assert!(!why.contains("short"), "a secret is never repeated: {why}");
    }
}

#[test]
fn two_integers_are_two_callers() {
    let policy: RateKey = mock::configure(r#"{"from": [{"claim": "uid"}]}"#).unwrap();
    let key = |id: serde_json::Value| mock::request("GET", "/").claim("uid", id).run(|| policy.on_request());
    let set = |text: &str| Action::Forward(vec![HeaderOp::Set("x-rate-key".into(), text.into())]);
    assert_eq!(key(u64::MAX.into()), set("claim:uid=18446744073709551615"));
    assert_eq!(key((u64::MAX - 614).into()), set("claim:uid=18446744073709551001"));
    assert!(matches!(key(1e300.into()), Action::Refused(_)), "its digits are lost");
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::filter::<RateKey>);
}
