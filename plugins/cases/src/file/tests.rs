//! Reading, and writing back. Never a policy: nobody is asked anything.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{Answer, Expect, Moment, OutboundFailure, Replied, Request, Response, Signed, Texts, Token, TokenFailure};

const EVERY_KEY: &str = r#"
[config]
mode = "strict"

[[case]]
name = "everything at once"
config = { mode = "lax", since = 2026-01-01 }
request = { method = "PUT", path = "/a", route = "r", authority = "a.test:8080", headers = { a = "1", b = ["1", "2"] }, query = { q = "x y" }, attributes = { tenant = "acme" }, peer = "2001:db8::1" }
claims = { roles = ["staff"], n = 1.5 }
issuers = { main = "https://issuer" }
token = { header = { alg = "ES256" }, claims = { iss = "https://issuer" }, now = 7, leeway = 1, fails = "not-yet-valid" }
clock = 2026-11-27T09:00:00Z
seed = 7
environment = { REGION = "eu" }
store = { "requests/alice" = "99" }
answers = [ { url = "https://a/", status = 201, headers = { e = "f" }, body = "gold" }, { url = "https://b/", fails = "timeout" } ]
response = { status = 200 }
expect = { outcome = "refused", status = 403, code = "c", log = ["info a b=c"] }

[[case]]
name = "next to nothing"
request = { method = "GET", path = "/" }
token = { unreadable = "malformed" }
clock = 12
expect = { fault = "trap" }
"#;

#[test]
fn every_key_is_read() {
    let file = File::read(EVERY_KEY).unwrap_or_else(|fault| panic!("{fault}"));
    let [first, second] = file.cases.as_slice() else { panic!("two cases") };
    assert_eq!(file.config_of(first), r#"{"mode":"lax","since":"2026-01-01"}"#);
    assert_eq!(file.config_of(second), r#"{"mode":"strict"}"#);
    assert_eq!(first.request.headers["b"], Texts(vec!["1".into(), "2".into()]));
    assert_eq!(first.clock.map(Moment::unix), Some((1_795_770_000, 0)));
    let replied = Replied { status: 201, headers: [("e".into(), "f".into())].into(), body: "gold".into() };
    assert_eq!(first.answers[0], Answer { url: "https://a/".into(), result: Ok(replied) });
    assert_eq!(first.answers[1].result, Err(OutboundFailure::Timeout));
    assert!(matches!(
        &first.token,
        Some(Token::Signed(Signed { now: 7, leeway: 1, fails: Some(TokenFailure::NotYetValid), .. }))
    ));
    assert_eq!(second.token, Some(Token::Unreadable(TokenFailure::Malformed)));
    assert_eq!(second.request, Request::new("GET", "/"));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_a_remedy() {
    let case = |rest: &str| format!("[[case]]\nname = \"a\"\nrequest = {{ method = \"GET\", path = \"/\" }}\n{rest}");
    for (text, words) in [
        (case("claim = {}\nexpect = { outcome = \"allow\" }"), "line 1, case \"a\", `claim`: unknown field `claim`"),
        (case("expect = { outcome = \"alow\" }"), "line 1, case \"a\", `expect`: \"alow\" is no outcome; known are"),
        (case("expect = {}"), "`expect`: expects an `outcome` or a `fault`, and not both"),
        (case("expect = { outcome = \"allow\", fault = \"trap\" }"), "and not both"),
        (case("expect = { outcome = \"allow\", colour = 1 }"), "`expect.colour`: unknown field `colour`"),
        (
            case("token = { header = {} }\nexpect = { outcome = \"allow\" }"),
            "`token`: a token has `header` and `claims`",
        ),
        (case("clock = \"noon\"\nexpect = { outcome = \"allow\" }"), "`clock`: \"noon\" is no time"),
        (case("claims = { a = nan }\nexpect = { outcome = \"allow\" }"), "has no JSON"),
        (case("matrix = 1\nexpect = { outcome = \"allow\" }"), "a matrix is a table of lists"),
        (case("expect = { outcome = \"allow\" }\n\n").repeat(2), "two cases have the name \"a\""),
        ("[[cases]]".into(), "line 1: unknown field `cases`"),
        ("\n\nname = ".into(), "line 3: "),
        ("case = []".into(), "the file has no case"),
        (
            "[[case]]\nname = \"a\"\nrequest = { method = \"GET\" }\nexpect = {}".into(),
            "`request`: missing field `path`",
        ),
    ] {
        let fault = File::read(&text).expect_err(words).to_string();
        assert!(fault.contains(words), "{fault}\n{text}");
    }
}

#[test]
fn a_file_is_bounded_once_it_is_spread() {
    let values: Vec<String> = (0..600).map(|n| n.to_string()).collect();
    let case = |name: &str| {
        format!(
            "[[case]]\nname = \"{name}\"\nrequest = {{ method = \"GET\", path = \"/{{n}}\" }}\nexpect = {{ outcome = \"allow\" }}\n\
             [case.matrix]\nn = [{}]\n",
            values.join(", ")
        )
    };
    let one = File::read(&case("a")).expect("600 cases");
    assert_eq!((one.cases.len(), one.cases[599].request.path.as_str()), (600, "/599"));
    let fault = File::read(&(case("a") + &case("b"))).expect_err("too many").to_string();
    assert!(fault.contains("more than 1000 cases"), "{fault}");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,8}", any::<String>()]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000_i32..1000).prop_map(|n| Value::from(f64::from(n) / 4.0 + 0.1)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            btree_map(text(), inner, 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

prop_compose! {
    fn case()(
        name in "[a-z \"\\\\\n]{1,12}", path in text(), config in proptest::option::of(value()),
        claims in btree_map(text(), value(), 0..4), headers in btree_map(text(), vec(text(), 0..3), 0..3),
        store in btree_map(text(), text(), 0..3), seconds in proptest::option::of(0_u64..4_000_000_000),
        seed in proptest::option::of(0..u64::from(u32::MAX)), code in text(), status in 100_u16..600, log in vec(text(), 0..3),
        token in proptest::option::of(btree_map(text(), value(), 0..3)),
    ) -> Case {
        let signed = |claims: std::collections::BTreeMap<String, Value>| {
            Token::Signed(Signed { claims: claims.into_iter().collect(), ..Signed::default() })
        };
        Case {
            name, config,
            request: Request { headers: headers.into_iter().map(|(name, texts)| (name, Texts(texts))).collect(), ..Request::new("GET", &path) },
            claims: claims.into_iter().collect(),
            token: token.map(signed),
            clock: seconds.map(Moment::from_unix), seed, store,
            response: Some(Response { status }),
            expect: Expect { outcome: Some("refused".into()), code: Some(code), status: Some(status), log, ..Expect::default() },
            ..Case::default()
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(case in case()) {
        let text = case.toml();
        prop_assert_eq!(text.lines().filter(|line| line.trim() == "[[case]]").count(), 1);
        let file = File::read(&text).map_err(|fault| TestCaseError::fail(format!("{fault} in\n{text}")))?;
        prop_assert_eq!(&file.cases, &vec![case.clone()]);
        let json: Case = serde_json::from_value(serde_json::to_value(&case).expect("JSON")).expect("the same keys");
        prop_assert_eq!(json, case);
    }

    #[test]
    fn no_text_breaks_the_reading(text in any::<String>()) {
        let _ = File::read(&text);
    }

    #[test]
    fn braces_of_nobody_stay(path in "[a-z{}.]{0,12}", values in btree_set("[a-z]{1,4}", 1..4)) {
        let mut case = Case { name: "n".into(), expect: Expect { outcome: Some("allow".into()), ..Expect::default() }, ..Case::default() };
        case.request.path.clone_from(&path);
        case.claims.insert("who".into(), json!("{Who}"));
        let text = format!("{}[case.matrix]\nWho = {}\n", case.toml(), json!(values));
        let file = File::read(&text).map_err(|fault| TestCaseError::fail(format!("{fault} in\n{text}")))?;
        prop_assert_eq!(file.cases.len(), values.len());
        for (case, value) in file.cases.iter().zip(&values) {
            prop_assert_eq!(&case.request.path, &path);
            prop_assert_eq!(&case.claims["who"], value);
            prop_assert_eq!(&case.name, &format!("n [Who={value}]"));
        }
    }
}
