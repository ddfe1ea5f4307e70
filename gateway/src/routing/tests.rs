//! The route table against the rules: by example, and against a naive search over random routes and requests.
//!
//! Never reads a policy: routes here are public.

use super::{Found, RouteTable};
use crate::admission::path::{CanonicalPath, canonical};
use crate::config::{Config, PATH_ATTRIBUTE, Specificity, parse};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;
use std::borrow::Cow;
use std::path::Path;

/// A configuration of public routes; each line is the conditions of one.
fn config(routes: &[String]) -> Result<Config, String> {
    let mut text = "listeners = [{ address = \"127.0.0.1:0\" }]\nupstreams.u.url = \"http://127.0.0.1:1\"\n".to_owned();
    for (index, conditions) in routes.iter().enumerate() {
        text += &format!("[[routes]]\nname = \"r{index}\"\nupstream = \"u\"\npublic = true\n{conditions}\n");
    }
    parse(Path::new("gateway.toml"), text).map_err(|faults| faults.render())
}

/// Finds `METHOD host path [name=value …]` and shows the route's index and parameters, or the refusal.
fn check(routes: &[&str], request: &str, expected: &str) {
    let routes: Vec<String> = routes.iter().map(|route| route.replace("; ", "\n")).collect();
    let config = config(&routes).unwrap();
    let mut words = request.split(' ');
    let method = Method::from_bytes(words.next().unwrap().as_bytes()).unwrap();
    let host = words.next().unwrap();
    let path = canonical(words.next().unwrap()).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in words.filter_map(|word| word.split_once('=')) {
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let shown = match RouteTable::build(&config).find(host, &path, &method, &headers) {
        Found::Route { index, params } => {
            let named = params.iter().map(|(attribute, value)| (&attribute[PATH_ATTRIBUTE.len()..], value));
            named.fold(index.to_string(), |text, (name, value)| format!("{text} {name}={value}"))
        }
        Found::MethodNotAllowed(methods) => format!("405 {methods:?}"),
        Found::NotFound => "404".to_owned(),
    };
    assert_eq!(shown, expected, "{request} over {routes:?}");
}

#[test]
fn the_more_specific_path_wins() {
    let routes = ["prefix = \"/\"", "prefix = \"/a\"", "path = \"/a/{x}\"", "path = \"/a/b\"", "path = \"/{y}/{x}\""];
    check(&routes, "GET h /a/b", "3");
    check(&routes, "GET h /a/c", "2 x=c");
    check(&routes, "GET h /b/c", "4 y=b x=c");
    check(&routes, "GET h /a/b/c", "1");
    check(&routes, "GET h /a/", "1");
    check(&routes, "GET h /ab", "0");
}

#[test]
fn the_host_comes_before_the_path() {
    let routes = [
        "path = \"/a\"",
        "host = \"*.example.com\"; prefix = \"/\"",
        "host = \"*.b.example.com\"; prefix = \"/\"",
        "host = \"a.b.example.com\"; path = \"/only\"",
    ];
    check(&routes, "GET other /a", "0");
    check(&routes, "GET x.Example.com. /a", "1");
    check(&routes, "GET a.b.example.com /a", "2");
    check(&routes, "GET a.b.example.com /only", "3");
    check(&routes, "GET example.com /b", "404");
}

#[test]
fn headers_come_before_methods() {
    let routes = ["path = \"/a\"", "path = \"/a\"; headers = { x-beta = \"1\" }", "path = \"/a\"; methods = [\"GET\"]"];
    check(&routes, "GET h /a", "2");
    check(&routes, "POST h /a", "0");
    check(&routes, "GET h /a x-beta=1", "1");
    check(&routes, "GET h /a x-beta=1 x-beta=2", "2");
    check(&routes, "GET h /a x-beta=2", "2");
}

#[test]
fn another_method_is_told_from_another_path() {
    let routes = ["path = \"/a\"; methods = [\"PUT\", \"GET\"]", "path = \"/{x}\"; methods = [\"DELETE\"]"];
    check(&routes, "POST h /a", "405 [DELETE, GET, PUT]");
    check(&routes, "DELETE h /a", "1 x=a");
    check(&routes, "GET h /b/c", "404");
}

#[test]
fn another_spelling_does_not_change_the_route() {
    let routes = ["path = \"/a@b\"", "path = \"/café/{name}\"", "prefix = \"/\""];
    for spelling in ["/a@b", "/a%40b", "/%61@b"] {
        check(&routes, &format!("GET h {spelling}"), "0");
    }
    check(&routes, "GET h /caf%c3%a9/%C3%A9t%C3%A9%20x", "1 name=été x");
}

/// What the rules say, without a tree: of all routes that take the request, the most specific.
fn naive(config: &Config, host: &str, path: &CanonicalPath, method: &Method, headers: &HeaderMap) -> Found {
    let segments: Vec<Cow<'_, str>> = path.segments().collect();
    let fits = |index: &usize| {
        let route = &config.routes[*index];
        route.host.as_ref().is_none_or(|pattern| pattern.matches(host))
            && route.path.matches(&segments)
            && route.headers.iter().all(|(name, value)| headers.get_all(name).iter().eq([value]))
    };
    let fitting: Vec<usize> = (0..config.routes.len()).filter(fits).collect();
    let methods = |index: usize| config.routes[index].methods.clone();
    let taking = fitting.iter().copied().filter(|index| methods(*index).is_none_or(|list| list.contains(method)));
    if let Some(index) = taking.max_by_key(|index| Specificity::of(&config.routes[*index])) {
        return Found::Route { index, params: config.routes[index].path.params(&segments) };
    }
    let mut allowed: Vec<Method> = fitting.into_iter().filter_map(methods).flatten().collect();
    allowed.sort_by_key(|method| method.to_string());
    allowed.dedup();
    if allowed.is_empty() { Found::NotFound } else { Found::MethodNotAllowed(allowed) }
}

fn route() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        3 => Just(""),
        1 => Just("host = \"a.x\"\n"),
        1 => Just("host = \"*.x\"\n"),
        1 => Just("host = \"*.b.x\"\n")
    ];
    let segment = || prop::sample::select(vec!["a", "b", "{p}", "{q}", "c%40d"]);
    let exact = prop::collection::vec(segment(), 1..4).prop_map(|parts| format!("path = \"/{}\"", parts.join("/")));
    let prefix = prop::collection::vec(prop::sample::select(vec!["a", "b"]), 0..3)
        .prop_map(|parts| format!("prefix = \"/{}\"", parts.join("/")));
    let methods = prop::sample::select(vec!["", "\nmethods = [\"GET\"]", "\nmethods = [\"PUT\", \"POST\"]"]);
    let headers = prop::sample::select(vec!["", "\nheaders = { x = \"1\" }", "\nheaders = { x = \"2\", y = \"1\" }"]);
    (host, prop_oneof![3 => exact, 1 => prefix], methods, headers)
        .prop_map(|(host, path, methods, headers)| format!("{host}{path}{methods}{headers}"))
}

/// Routes that do not conflict: each is kept only if the checked configuration takes it.
fn routes() -> impl Strategy<Value = Config> {
    prop::collection::vec(route(), 1..14).prop_map(|routes| {
        let mut kept = Vec::new();
        for route in routes {
            kept.push(route);
            if config(&kept).is_err() {
                kept.pop();
            }
        }
        config(&kept).expect("kept only what is taken")
    })
}

fn request() -> impl Strategy<Value = (String, String, Method, HeaderMap)> {
    let segment = prop::sample::select(vec!["a", "b", "z", "c@d", "c%40d", ""]);
    let path = prop::collection::vec(segment, 1..5).prop_map(|parts| format!("/{}", parts.join("/")));
    let host = prop::sample::select(vec!["a.x", "b.x", "c.b.x", "x", "y"]).prop_map(str::to_owned);
    let method = prop::sample::select(vec![Method::GET, Method::PUT, Method::DELETE]);
    let header = (prop::sample::select(vec!["x", "y"]), prop::sample::select(vec!["1", "2"]));
    let headers = prop::collection::vec(header, 0..3).prop_map(|pairs| {
        pairs
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    });
    (host, path, method, headers)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_table_agrees_with_a_naive_search(config in routes(), requests in prop::collection::vec(request(), 16)) {
        let table = RouteTable::build(&config);
        for (host, path, method, headers) in requests {
            let Ok(path) = canonical(&path) else { continue };
            let expected = naive(&config, &host, &path, &method, &headers);
            prop_assert_eq!(table.find(&host, &path, &method, &headers), expected);
        }
    }

    #[test]
    fn no_two_accepted_routes_tie(config in routes(), requests in prop::collection::vec(request(), 16)) {
        for (host, path, method, headers) in requests {
            let Ok(path) = canonical(&path) else { continue };
            let segments: Vec<_> = path.segments().collect();
            let taking = config.routes.iter().filter(|route| {
                route.host.as_ref().is_none_or(|pattern| pattern.matches(&host))
                    && route.path.matches(&segments)
                    && route.methods.as_ref().is_none_or(|methods| methods.contains(&method))
                    && route.headers.iter().all(|(name, value)| headers.get_all(name).iter().eq([value]))
            });
            let mut ranks: Vec<Specificity> = taking.map(Specificity::of).collect();
            let before = ranks.len();
            ranks.sort();
            ranks.dedup();
            prop_assert_eq!(ranks.len(), before, "{} {}", method, path);
        }
    }
}
