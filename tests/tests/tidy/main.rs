//! The shape of the workspace as a test: arrows between crates, order of modules, headers, sizes, names. Never a
//! judgement of style that rustfmt or clippy already gives.

mod workspace;
mod source;
mod arrows;
mod order;
mod headers;
mod sizes;
mod names;
mod scripts;
mod unsafety;
mod examples;
mod reserved;
mod violations;

use workspace::Workspace;

/// Fails with one sentence per fault, each naming the file and the remedy.
fn assert_tidy(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn crates_depend_only_in_the_direction_of_the_arrows() {
    assert_tidy(&arrows::faults(&Workspace::this()));
}

#[test]
fn modules_use_only_what_is_declared_above_them() {
    assert_tidy(&order::faults(&Workspace::this()));
}

#[test]
fn every_file_says_what_it_is_for_and_what_it_never_does() {
    assert_tidy(&headers::faults(&Workspace::this()));
}

#[test]
fn plugin_authors_are_told_of_every_header_that_is_the_gateways() {
    assert_tidy(&reserved::faults(&Workspace::this()));
}

#[test]
fn files_are_short() {
    assert_tidy(&sizes::faults(&Workspace::this()));
}

#[test]
fn one_file_may_be_unsafe() {
    assert_tidy(&unsafety::faults(&Workspace::this()));
}

#[test]
fn what_plugin_authors_use_has_an_example() {
    assert_tidy(&examples::faults(&Workspace::this()));
}

#[test]
fn nothing_is_called_common_or_util() {
    assert_tidy(&names::faults(&Workspace::this()));
}

#[test]
fn policies_in_other_languages_are_as_tidy() {
    assert_tidy(&scripts::faults(&Workspace::this()));
}
