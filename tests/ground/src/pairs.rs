//! Refused configurations as file pairs: each `NAME.toml` must give exactly the text of `NAME.err`.
//!
//! Never edits a pair unless BLESS=1 is set: then it rewrites the `.err` files, to be read before they are committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the pairs, relative to the package: the rendered texts name the files by it.
pub const FOLDER: &str = "tests/config";

/// Every refused file is refused in the words of its pair. `refusal` gives the rendered faults of a file, or nothing
/// when it was accepted. Fewer pairs than `fewest` mean that the test looked in the wrong place.
pub fn each_is_refused_in_its_words(fewest: usize, refusal: impl Fn(&Path) -> Option<String>) {
    let names = names_with("toml");
    assert!(names.len() >= fewest, "only {} pairs in {FOLDER}", names.len());
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let wrong: Vec<String> = names.iter().filter_map(|name| difference(name, bless, &refusal)).collect();
    assert!(wrong.is_empty(), "{} pairs differ (BLESS=1 rewrites them):\n{}", wrong.len(), wrong.join("\n"));
}

/// No `.toml` without `.err`, and not the other way round.
pub fn each_is_whole() {
    assert_eq!(names_with("toml"), names_with("err"), "a .toml without .err, or the other way round");
}

/// Every fault names its place and the remedy, in plain ASCII unless the file itself is not.
pub fn each_fault_has_a_place_and_a_hint() {
    for (name, text) in refusals() {
        let faults: Vec<&str> = text.split("  x ").skip(1).collect();
        assert!(!faults.is_empty(), "{name}.err names no fault");
        for fault in faults {
            assert!(fault.contains("  help: "), "{name}.err has a fault without a hint: {fault}");
            assert!(
                fault.contains(&format!("[{FOLDER}/{name}.toml:")),
                "{name}.err has a fault without a place: {fault}"
            );
        }
        assert!(text.is_ascii() || !read(&toml(&name)).is_ascii(), "{name}.err is not plain");
    }
}

/// Every `.err` by its name.
pub fn refusals() -> Vec<(String, String)> {
    names_with("err").into_iter().map(|name| (name.clone(), read(&err(&name)))).collect()
}

/// How one pair differs, if it does.
fn difference(name: &str, bless: bool, refusal: impl Fn(&Path) -> Option<String>) -> Option<String> {
    let Some(found) = refusal(&toml(name)) else { return Some(format!("{name}.toml was accepted")) };
    let file = err(name);
    if bless {
        fs::write(&file, &found).expect("the pairs can be written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    (found != expected).then(|| format!("--- {name}.err\n{expected}+++ found\n{found}"))
}

fn toml(name: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{name}.toml"))
}

fn err(name: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{name}.err"))
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()))
}

fn names_with(extension: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(FOLDER).expect("the folder of the pairs");
    let paths = entries.map(|entry| entry.expect("an entry of the folder").path());
    let those = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    those.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
}
