//! docs/catalogue.md: a line for each policy that ships, read out of its folder. Never a second place for what its README
//! says.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use toml::{Table, Value};
use witgate_tests::command::{told, witgate};
use witgate_tests::programs;

use crate::page;

const OPENING: &str = "\
# Ready policies

<!-- Made from the folders of plugins/ by `cargo xtask catalogue`. Change the READMEs, manifests and cases there. -->

Each is a folder of `plugins/` with its own README (every key of its config), a cases.toml that is run in the real gateway, and its source.
Take one as it is, or as the beginning of your own: [first-policy.md](first-policy.md). What is not here may be in the [cookbook](cookbook.md).

A code is what the caller, the access log and the metrics see of a refusal. Where a config may choose codes of its own, they come on top.
";

/// What a line says of a policy.
struct Entry {
    name: String,
    world: String,
    what: String,
    grants: BTreeSet<String>,
    codes: BTreeSet<String>,
    cases: usize,
}

#[test]
fn the_catalogue_has_every_policy_as_it_is() {
    let mut entries: Vec<Entry> = folders().iter().map(|folder| read(folder)).collect();
    entries.sort_by_key(|entry| (order(&entry.world), entry.name.clone()));
    let mut text = OPENING.to_owned();
    for world in WORLDS {
        let _ = write!(
            text,
            "\n## {}\n\n| Policy | What it does | Grants | Codes | Cases |\n|---|---|---|---|---:|\n",
            title(world)
        );
        for entry in entries.iter().filter(|entry| entry.world == *world) {
            text += &line(entry);
        }
    }
    let cases: usize = entries.iter().map(|entry| entry.cases).sum();
    let _ = write!(text, "\n{} policies, {cases} cases.\n", entries.len());
    page::is_current("catalogue.md", "catalogue", &text);
}

/// In the order in which a request meets them.
const WORLDS: &[&str] = &["authenticator", "authorizer", "router", "filter"];

fn order(world: &str) -> usize {
    WORLDS.iter().position(|known| *known == world).unwrap_or_else(|| panic!("`{world}` is no world"))
}

fn title(world: &str) -> String {
    let (first, rest) = world.split_at(1);
    format!("{}{rest}s", first.to_uppercase())
}

fn line(entry: &Entry) -> String {
    let Entry { name, what, cases, .. } = entry;
    let list = |items: &BTreeSet<String>| items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ");
    format!(
        "| [{name}](../plugins/{name}/README.md) | {what} | {} | {} | {cases} |\n",
        list(&entry.grants),
        list(&entry.codes)
    )
}

/// What ships has cases; the kits have none.
fn folders() -> Vec<PathBuf> {
    let plugins = programs::root().join("plugins");
    let entries = fs::read_dir(&plugins).expect("the folder plugins");
    entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.join("cases.toml").exists())
        .collect()
}

fn read(folder: &Path) -> Entry {
    let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
    let readme = text(&folder.join("README.md"));
    let entry = plugin_entry(&name, &readme);
    let world = entry.get("world").and_then(Value::as_str).unwrap_or_else(|| panic!("{name}/README.md: no `world`"));
    let grants = entry.get("grants").and_then(Value::as_table).into_iter().flat_map(Table::keys).cloned().collect();
    let cases = witgate_cases::File::read(&text(&folder.join("cases.toml")));
    Entry {
        world: world.to_owned(),
        what: description(folder, &readme),
        grants,
        codes: codes(&readme),
        cases: cases.unwrap_or_else(|fault| panic!("{name}/cases.toml: {fault}")).cases.len(),
        name,
    }
}

/// The first entry of gateway.toml that the README shows.
fn plugin_entry(name: &str, readme: &str) -> Table {
    let blocks = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let tables = blocks.filter_map(|block| block.parse::<Table>().ok());
    let mut entries = tables.filter_map(|table| table.get("plugins")?.as_table()?.values().next()?.as_table().cloned());
    entries.next().unwrap_or_else(|| panic!("{name}/README.md: shows no [plugins.NAME] of a gateway.toml"))
}

/// The manifest's description, else the second sentence of the README: the first names the world.
fn description(folder: &Path, readme: &str) -> String {
    if let Ok(manifest) = fs::read_to_string(folder.join("Cargo.toml")) {
        let manifest: Table = manifest.parse().expect("a readable Cargo.toml");
        return manifest["package"]["description"].as_str().expect("a description").to_owned();
    }
    let paragraph = readme.split("\n\n").nth(1).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = paragraph.split(". ").nth(1).unwrap_or(&paragraph).trim_end_matches('.');
    sentence.to_owned()
}

/// Codes of the policy's own: its README has a table of them, each with its status.
fn codes(readme: &str) -> BTreeSet<String> {
    let status = Regex::new(r"\b[45][0-9]{2}\b").expect("a pattern");
    let code = Regex::new("`([a-z0-9]+(?:_[a-z0-9]+)+)`").expect("a pattern");
    let mut codes = BTreeSet::new();
    for row in readme.lines().filter_map(|line| line.strip_prefix("| ")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        if cells.iter().take(2).any(|cell| status.is_match(cell)) {
            codes.extend(code.captures_iter(cells[0]).map(|found| found[1].to_owned()));
        }
    }
    codes
}

/// Those in other languages are held to their cases: not every machine can build them.
#[test]
fn the_codes_of_a_readme_are_those_that_the_component_declares() {
    for folder in folders().into_iter().filter(|folder| folder.join("Cargo.toml").exists()) {
        let name = folder.file_name().expect("a folder has a name").to_string_lossy().replace('-', "_");
        let component = programs::component(&name);
        let inspected = ["plugin", "inspect", component.to_str().expect("a path in UTF-8"), "--json"];
        let output = witgate(&folder, &inspected, "");
        assert!(output.status.success(), "{name}: {}", told(&output).0);
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
        let declared = said["codes"].as_array().cloned().unwrap_or_default();
        let declared: BTreeSet<String> = declared.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect();
        assert_eq!(codes(&text(&folder.join("README.md"))), declared, "{name}/README.md and its CODES");
    }
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
