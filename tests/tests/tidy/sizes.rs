//! How long files and functions may be. Never a reason to squeeze: split by concept.

use crate::source;
use crate::workspace::Workspace;

/// No file may have more lines.
const LINES_AT_MOST: usize = 400;

/// A file with more lines than this is long.
const LONG_FILE_LINES: usize = 200;

/// How many long files there may be, in percent of all files.
const LONG_FILES_AT_MOST_PERCENT: usize = 10;

/// Too long files, and too many long ones.
pub fn faults(workspace: &Workspace) -> Vec<String> {
    let files = workspace.crates.iter().flat_map(|member| workspace.all_rust(member));
    let sizes: Vec<(String, usize)> =
        files.map(|file| (workspace.shown(&file), source::read(&file).lines().count())).collect();
    let too_long = sizes.iter().filter(|(_, lines)| *lines > LINES_AT_MOST);
    let mut faults: Vec<String> = too_long
        .map(|(file, lines)| format!("{file}: has {lines} lines, more than {LINES_AT_MOST}. Split it by concept."))
        .collect();
    faults.extend(too_many_long(&sizes));
    faults
}

fn too_many_long(sizes: &[(String, usize)]) -> Option<String> {
    let long: Vec<&str> =
        sizes.iter().filter(|(_, lines)| *lines > LONG_FILE_LINES).map(|(file, _)| file.as_str()).collect();
    if long.len() * 100 <= sizes.len() * LONG_FILES_AT_MOST_PERCENT {
        return None;
    }
    Some(format!(
        "{} of {} files have more than {LONG_FILE_LINES} lines, more than {LONG_FILES_AT_MOST_PERCENT} %. Split some of: {}",
        long.len(),
        sizes.len(),
        long.join(", ")
    ))
}
