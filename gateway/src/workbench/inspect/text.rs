//! What was found, as lines for a person.
//!
//! Never lets a component's own words break out of their line.

use super::words::{FOREIGN, OF_NO_EFFECT};
use super::{Import, Inspected};
use crate::overview::columns::aligned;
use crate::overview::words::bytes;
use crate::policy::secrecy::on_one_line;
use crate::workbench::style::{BAD, HEAD, painted};

/// How far what belongs to a head is moved in.
const INDENT: &str = "  ";

/// The whole text.
pub fn render(found: &Inspected) -> String {
    let or_unknown = |said: &Option<String>| said.clone().unwrap_or_else(|| "(unknown)".to_owned());
    let called = format!("{} {}", or_unknown(&found.name), or_unknown(&found.version));
    let mut text = painted(HEAD, &on_one_line(&called)) + "\n";
    found.description.iter().for_each(|about| text.push_str(&format!("{INDENT}{}\n", on_one_line(about))));
    text.push('\n');
    text.push_str(&aligned(&facts(found)));
    text.push_str(&format!("\n{}\n", painted(HEAD, "imports")));
    text.push_str(&imported(&found.imports));
    config(found, &mut text);
    if let Some((why, remedy)) = &found.fault {
        let (fault, why, remedy) = (painted(BAD, "fault:"), on_one_line(why), on_one_line(remedy));
        text.push_str(&format!("\n{fault} {why}\n{INDENT}{remedy}\n"));
    }
    text
}

fn facts(found: &Inspected) -> Vec<Vec<String>> {
    let grants = if found.grants.is_empty() { "nothing beyond its world".to_owned() } else { found.grants.join(", ") };
    let mut facts = vec![
        ("world", found.world.unwrap_or("none of this contract").to_owned()),
        ("contract", found.contract.clone().unwrap_or_else(|| "another, or none".to_owned())),
        ("file", found.file.clone()),
        ("size", format!("{} bytes", found.bytes)),
        ("sha256", found.sha256.clone()),
        ("needs grants", grants),
    ];
    facts.extend(
        found.memory_bytes.map(|memory| ("memory", format!("{} of an instance at its start", bytes(memory as u64)))),
    );
    let codes = match &found.codes {
        Some(codes) if codes.is_empty() => "none of its own".to_owned(),
        Some(codes) => codes.join(", "),
        None => "not told".to_owned(),
    };
    facts.push(("codes", codes));
    facts.into_iter().map(|(name, fact)| vec![name.to_owned(), on_one_line(&fact)]).collect()
}

/// As a table. What no policy may have stands out.
fn imported(imports: &[Import]) -> String {
    let coloured = |line: &str| if line.trim_start().starts_with('!') { painted(BAD, line) } else { line.to_owned() };
    indented(&aligned(&self::imports(imports))).lines().map(|line| coloured(line) + "\n").collect()
}

/// One line for each that matters, and one for all that do not.
fn imports(imports: &[Import]) -> Vec<Vec<String>> {
    let line = |import: &Import| {
        let works = import.works_with.map(|line| format!("; works with grants.{line}")).unwrap_or_default();
        let mark = if import.means == FOREIGN { "! " } else { "" };
        vec![format!("{mark}{}", on_one_line(&import.name)), format!("{}{works}", import.means)]
    };
    let (idle, used): (Vec<&Import>, Vec<&Import>) = imports.iter().partition(|import| import.means == OF_NO_EFFECT);
    let mut lines: Vec<Vec<String>> = used.into_iter().map(line).collect();
    if !idle.is_empty() {
        lines.push(vec![format!("{} of wasi:", idle.len()), OF_NO_EFFECT.to_owned()]);
    }
    if lines.is_empty() {
        lines.push(vec!["none".to_owned()]);
    }
    lines
}

fn config(found: &Inspected, text: &mut String) {
    let Some(keys) = &found.config else {
        text.push_str("\nconfig: it has no schema; its README may list the keys\n");
        return;
    };
    if keys.is_empty() {
        text.push_str("\nconfig: it has no keys\n");
        return;
    }
    let mut lines = vec![["KEY", "TYPE", "DEFAULT", "MEANING"].map(str::to_owned).to_vec()];
    for key in keys {
        let default = match (&key.default, key.required) {
            (Some(value), _) => value.clone(),
            (None, true) => "required".to_owned(),
            (None, false) => "none".to_owned(),
        };
        lines.push([&key.key, &key.kind, &default, &key.meaning].map(|cell| on_one_line(cell)).to_vec());
    }
    text.push_str(&format!("\n{}\n", painted(HEAD, "config")));
    text.push_str(&indented(&aligned(&lines)));
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("{INDENT}{line}\n")).collect()
}
