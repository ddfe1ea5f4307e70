//! The rules of docs/cookbook.md: the gateway loads each and answers its cases, and the page shows what was tried.
//! Never a second copy of a rule: page, gateway and cases have one.

mod page;
mod recipe;

use recipe::Recipe;

/// How many rules the page promises.
const RULES: usize = 12;

#[test]
fn the_gateway_keeps_every_rule() {
    let recipes = Recipe::all();
    assert_eq!(recipes.len(), RULES);
    let broken: Vec<String> = recipes.iter().filter_map(|recipe| recipe.check().err()).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A case that the rule does not keep is told: else the test above could not fail.
#[test]
fn a_rule_that_is_loosened_is_refused() {
    let mut office = Recipe::read("office-only");
    office.replace("\"192.0.2.0/24\"", "\"0.0.0.0/0\"");
    let why = office.check().expect_err("strangers get in");
    assert!(why.contains("from elsewhere, with any header: 198.51.100.7"), "{why}");
}

/// The rule lists what is closed by night, so its route must take no method that nobody thought of.
#[test]
fn by_night_the_route_takes_nothing_but_reading() {
    let entries: toml::Table = Recipe::read("read-only-at-night").blocks().concat().parse().expect("TOML");
    let closed = entries["plugins"]["day"]["config"]["methods"].as_array().expect("what is closed");
    let taken = entries["routes"][0]["methods"].as_array().expect("what the route takes");
    let open = taken.iter().filter(|method| !closed.contains(method));
    let open: Vec<&str> = open.filter_map(toml::Value::as_str).collect();
    assert_eq!(open, ["GET", "HEAD"]);
}

#[test]
fn the_page_shows_what_is_tried() {
    let shown = page::blocks();
    let mut kept: Vec<String> = vec![recipe::FRAME.to_owned()];
    kept.extend(Recipe::all().iter().flat_map(Recipe::blocks));
    let missing: Vec<&String> = kept.iter().filter(|block| !shown.contains(block)).collect();
    assert!(missing.is_empty(), "docs/cookbook.md lacks, or shows otherwise:\n{missing:#?}");
    let unknown: Vec<&String> = shown.iter().filter(|block| !kept.contains(block)).collect();
    assert!(unknown.is_empty(), "docs/cookbook.md shows what is nowhere below plugins/cookbook:\n{unknown:#?}");
}
