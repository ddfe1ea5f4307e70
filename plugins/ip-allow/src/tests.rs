//! The policy against the mock: never a real connection.
use witgate_plugin::{Authorizer, mock};

use super::IpAllow;

#[test]
fn a_wrong_config_names_its_key() {
    let office = |extra: &str| format!(r#"{{"allow": ["192.0.2.0/24"]{extra}}}"#);
    let cases = [
        ("{}".into(), "allow: must name a network"),
        (r#"{"deny": ["192.0.2.0/24"]}"#.into(), "allow: must name a network"),
        (r#"{"default": "abstain"}"#.into(), "deny: nothing is listed"),
        (office(r#", "default": "abstain""#), "allow: changes nothing where both"),
        (office(r#", "default": "allow""#), "default: unknown variant `allow`, expected `deny` or `abstain`"),
        (office(r#", "pass": "deny""#), "pass: unknown variant `deny`, expected `abstain` or `allow`"),
        (office(r#", "denied": []"#), "denied: unknown field"),
        (office(r#", "deny": ["192.0.2.1/24"]"#), "deny[0]: `192.0.2.1/24` has bits beyond its prefix"),
        (office(r#", "trusted-proxies": ["10.0.0.0/8"]"#), "client-address-header: must say where"),
        (office(r#", "client-address-header": "cf-connecting-ip""#), "trusted-proxies: must name the proxies"),
        (
            office(r#", "trusted-proxies": ["ten"], "client-address-header": "cf-connecting-ip""#),
            "trusted-proxies[0]: `ten` is no address",
        ),
        (
            office(r#", "trusted-proxies": ["10.0.0.0/8"], "client-address-header": "X-Forwarded-For""#),
            "client-address-header: `X-Forwarded-For` is taken off each request",
        ),
    ];
    for (config, expected) in cases {
        let why = mock::configure::<IpAllow>(&config).unwrap_err();
        assert!(why.starts_with(expected), "{config}:\n  {why}\n  {expected}");
    }
}

#[test]
fn the_log_says_the_code_and_no_address() {
    let policy: IpAllow = mock::configure(r#"{"allow": ["192.0.2.0/24"]}"#).unwrap();
    mock::request("GET", "/").peer("203.0.113.9").run(|| policy.authorize());
    assert_eq!(mock::logs()[0].field("code"), Some("ip_not_allowed"));
    assert!(!format!("{:?}", mock::logs()).contains("203.0.113.9"));
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::authorizer::<IpAllow>);
}
