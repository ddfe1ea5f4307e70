//! README.md lists every event of the log and of the audit log, each in the column where it belongs, and no other. Never
//! judges what an event says.

use std::collections::BTreeSet;
use std::path::Path;

/// How an event of the log is written.
const LOGGED: &str = "event = \"";
/// How one of the audit log is.
const AUDITED: &str = "Event::named(\"";

type Names = BTreeSet<String>;

/// What stands between the mark and the next quote, wherever the mark is in the sources.
fn in_sources(folder: &Path, mark: &str, names: &mut Names) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            in_sources(&path, mark, names);
        } else {
            let text = std::fs::read_to_string(&path).expect("a source");
            let found = text.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
            names.extend(found.map(str::to_owned));
        }
    }
}

/// The names of a column of the table in the section on the log.
fn in_readme(column: usize) -> Names {
    let readme = include_str!("../README.md");
    let section = readme.split("\n## Log\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let cells = section.lines().filter(|line| line.starts_with("| ")).filter_map(|line| line.split('|').nth(column));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn the_readme_lists_every_event_where_it_belongs() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut logged, mut audited) = (Names::new(), Names::new());
    in_sources(&sources, LOGGED, &mut logged);
    in_sources(&sources, AUDITED, &mut audited);
    assert!(logged.len() > 30 && audited.len() > 20, "it looked in the wrong place");
    let remedy = "mend the table in auth/service/README.md, \"Log\"";
    assert_eq!(in_readme(2), &logged & &audited, "in both: {remedy}");
    assert_eq!(in_readme(3), &logged - &audited, "in the log alone: {remedy}");
    assert_eq!(in_readme(4), &audited - &logged, "in the audit log alone: {remedy}");
}
