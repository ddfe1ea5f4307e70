//! A page that is made: compared with what is in docs/, or written where `BLESS=1` says so. Never both.

use std::fs;

use witgate_tests::programs;

/// The variable that makes the test write the page.
const BLESS: &str = "BLESS";

/// Demands that docs/`name` is exactly this text.
pub fn is_current(name: &str, task: &str, made: &str) {
    let file = programs::root().join("docs").join(name);
    if std::env::var_os(BLESS).is_some_and(|value| value == "1") {
        fs::write(&file, made).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        return;
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    if let Some(difference) = first_difference(&there, made) {
        panic!("docs/{name} is not current; run `cargo xtask {task}`. The first difference:\n{difference}");
    }
}

/// Where two texts begin to differ.
fn first_difference(there: &str, made: &str) -> Option<String> {
    if there == made {
        return None;
    }
    let same = there.lines().zip(made.lines()).take_while(|(there, made)| there == made).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    Some(format!("line {}\n  there: {}\n  made:  {}", same + 1, line(there), line(made)))
}

#[test]
fn a_difference_names_its_line() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    assert_eq!(first_difference("a\nb\n", "a\nc\n").as_deref(), Some("line 2\n  there: b\n  made:  c"));
    assert_eq!(first_difference("a\n", "a\nc\n").as_deref(), Some("line 2\n  there: (the end)\n  made:  c"));
}
