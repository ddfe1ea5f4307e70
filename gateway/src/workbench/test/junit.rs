//! A report as JUnit XML, as CI systems read it.
//!
//! Never more than the text says.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::report::{CaseReport, PluginReport, Report, Verdict};
use super::text;

/// So many lines of a failure are its message: a key, what was expected, what came.
const MESSAGE_LINES: usize = 3;

/// The document: a suite for each policy, a test for each case.
///
/// # Errors
/// When something in it cannot be written as XML.
pub fn junit(report: &Report) -> Result<String, SerializeError> {
    let mut document = Document::new("witgate plugin test");
    document.set_time(Duration::from_micros(report.micros));
    document.add_test_suites(report.plugins.iter().map(suite));
    document.to_string()
}

fn suite(plugin: &PluginReport) -> TestSuite {
    let mut suite = TestSuite::new(plugin.name.as_str());
    suite.add_test_cases(plugin.cases.iter().map(case));
    if let Some(fault) = &plugin.fault {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(fault.as_str());
        suite.add_test_case(TestCase::new("load", status));
    }
    suite
}

fn case(case: &CaseReport) -> TestCase {
    let status = match case.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Failed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let what = text::plain(case);
            let first: Vec<&str> = what.lines().take(MESSAGE_LINES).map(str::trim).collect();
            status.set_message(first.join(" "));
            status.set_description(what);
            status
        }
    };
    let mut test = TestCase::new(case.name.as_str(), status);
    test.set_time(Duration::from_micros(case.micros));
    test
}
