//! Reading Rust text by lines and words: enough for paths and `mod` lines. Never a parser: comments are cut, and what
//! follows `#[cfg(test)] mod` counts as tests.

use std::fs;
use std::path::Path;

/// The text of a file.
pub fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The code without comments.
pub fn code(text: &str) -> String {
    text.lines().map(without_comment).map(|line| format!("{line}\n")).collect()
}

/// The code without comments and without the tests at the end.
pub fn shipped_code(text: &str) -> String {
    let code = code(text);
    let lines: Vec<&str> = code.lines().collect();
    let tests = lines.windows(2).position(|pair| pair[0].trim() == "#[cfg(test)]" && is_module(pair[1]));
    lines[..tests.unwrap_or(lines.len())].iter().map(|line| format!("{line}\n")).collect()
}

/// The names of the `mod name;` lines, in their order.
pub fn declared_modules(code: &str) -> Vec<String> {
    code.lines().filter_map(declared_module).collect()
}

/// The first names after `prefix::` wherever it stands as a whole word: `crate::a::b` gives `a`, `crate::{a, b::c}`
/// gives `a` and `b`.
pub fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let pattern = format!("{prefix}::");
    let starts = code.match_indices(&pattern).map(|(start, _)| start);
    let whole = starts.filter(|start| !code[..*start].ends_with(|c: char| is_word(c) || c == ':' || c == '$'));
    whole.flat_map(|start| first_names(&code[start + pattern.len()..])).collect()
}

fn first_names(rest: &str) -> Vec<String> {
    match rest.strip_prefix('{') {
        Some(group) => group_names(group),
        None => vec![leading_word(rest)],
    }
}

/// The names at depth one of `{...}`.
fn group_names(group: &str) -> Vec<String> {
    let (mut depth, mut at_start, mut names) = (1, true, Vec::new());
    for (index, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => at_start = true,
            c if at_start && is_word(c) => {
                names.push(leading_word(&group[index..]));
                at_start = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn leading_word(text: &str) -> String {
    text.chars().take_while(|c| is_word(*c)).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn without_comment(line: &str) -> &str {
    match line.find("//") {
        Some(start) if !line[..start].ends_with(':') => &line[..start],
        _ => line,
    }
}

fn is_module(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("mod ") || line.starts_with("pub mod ") || line.starts_with("pub(crate) mod ")
}

fn declared_module(line: &str) -> Option<String> {
    let name = line.trim().strip_suffix(';')?.split_once("mod ")?;
    let visible = name.0.is_empty() || name.0.starts_with("pub");
    visible.then(|| name.1.trim().to_owned())
}
