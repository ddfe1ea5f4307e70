//! docs/catalogue.md: a line for each policy that ships, read out of its folder. Never a second place for what its README
//! says.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};
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
        codes: codes(folder),
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

/// Codes of the policy's own: what it declares, or in a script what it denies with.
fn codes(folder: &Path) -> BTreeSet<String> {
    for script in ["policy.js", "policy.py"].map(|name| folder.join(name)).iter().filter(|script| script.exists()) {
        return text(script).split("deny(").skip(1).filter_map(first_quoted).collect();
    }
    let source = rust_source(&folder.join("src"));
    let declared = source.split_once("const CODES: &'static [&'static str] = &[");
    let list = declared.and_then(|(_, rest)| rest.split_once(']')).map_or("", |(list, _)| list);
    list.split(',').map(str::trim).filter(|item| !item.is_empty()).map(|item| code(&source, item)).collect()
}

/// A code as it is written in `CODES`: the text itself, or the name of a constant.
fn code(source: &str, item: &str) -> String {
    if let Some(code) = first_quoted(item) {
        return code;
    }
    let constant = item.rsplit("::").next().unwrap_or(item);
    let definition = source.split_once(&format!("const {constant}: &str = ")).map(|(_, rest)| rest);
    definition
        .and_then(first_quoted)
        .unwrap_or_else(|| panic!("CODES names `{item}`, which no file of the crate defines"))
}

fn first_quoted(text: &str) -> Option<String> {
    text.split('"').nth(1).map(str::to_owned)
}

/// All files of a crate, one after another.
fn rust_source(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths.iter().map(|path| if path.is_dir() { rust_source(path) } else { text(path) }).collect()
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
