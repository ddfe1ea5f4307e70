//! A report as lines for a person.
//!
//! Never adds a fact to the document, and never lets a value break out of its line.

use std::fmt::Write as _;

use super::report::{Answer, Report};
use crate::policy::decision::Summary;
use crate::policy::secrecy;
use crate::policy::trace::{Read, Record, Step};

/// The whole report.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    asked(&mut text, &report.record);
    route(&mut text, &report.record);
    report.record.steps.iter().for_each(|one| step(&mut text, one));
    onward(&mut text, &report.record);
    answer(&mut text, &report.answer);
    if report.record.cut {
        line(&mut text, 0, "(some of it did not fit and is left out)");
    }
    text
}

/// One call alone.
pub fn call(one: &Step) -> String {
    let mut text = String::new();
    step(&mut text, one);
    text
}

fn asked(text: &mut String, record: &Record) {
    match &record.asked {
        Some(asked) => {
            line(text, 0, &format!("{} {} at {} from {}", asked.method, asked.path, asked.authority, asked.peer))
        }
        None => line(text, 0, "the request was not admitted"),
    }
}

fn route(text: &mut String, record: &Record) {
    if record.asked.is_none() {
        return;
    }
    line(text, 0, &format!("route {}", record.route.as_deref().unwrap_or("(none)")));
    for candidate in &record.candidates {
        line(text, 1, &format!("{}: {}", candidate.route, candidate.verdict));
    }
}

fn step(text: &mut String, step: &Step) {
    let digest = step.digest.get(..12).unwrap_or(&step.digest);
    line(text, 0, &format!("{} {} ({}, {digest})", step.role, step.plugin, step.call));
    for read in &step.reads {
        line(text, 1, &shown_read(read));
    }
    for one in &step.verifications {
        line(text, 1, &format!("verified the token under {}: {}", one.profile, one.outcome));
    }
    for said in &step.log {
        line(text, 1, &format!("logged {said}"));
    }
    match &step.decision {
        Some(decision) => shown_decision(text, decision),
        None => line(text, 1, "gave no answer"),
    }
    if let Some(fault) = &step.fault {
        line(text, 1, &format!("fault: it {fault}"));
    }
    cost(text, step);
}

fn shown_read(read: &Read) -> String {
    let name = if read.name.is_empty() { String::new() } else { format!(" {}", read.name) };
    format!("read {}{name}: {}", read.what, read.value.as_deref().unwrap_or("(absent)"))
}

fn shown_decision(text: &mut String, decision: &Summary) {
    line(text, 1, &format!("decided {decision}"));
    if let Some(path) = &decision.path {
        line(text, 2, &format!("path {path}"));
    }
    for (name, value) in &decision.attributes {
        line(text, 2, &format!("attribute {name} = {value}"));
    }
    for change in &decision.headers {
        let value = change.value.as_ref().map(|value| format!(": {value}")).unwrap_or_default();
        line(text, 2, &format!("{} {}{value}", change.op, change.name));
    }
}

fn cost(text: &mut String, step: &Step) {
    let cpu = step.cpu_micros.map(|micros| format!("{micros} us of CPU"));
    let memory = step.memory_bytes.map(|bytes| format!("{} KiB of memory", bytes / 1024));
    let parts: Vec<String> = cpu.into_iter().chain(memory).collect();
    if !parts.is_empty() {
        line(text, 1, &parts.join(", "));
    }
}

fn onward(text: &mut String, record: &Record) {
    let Some(upstream) = &record.upstream else { return };
    line(text, 0, &format!("upstream {upstream}"));
    if let Some(target) = &record.target {
        line(text, 1, &format!("target {target}"));
    }
    for (name, value) in &record.identity_headers {
        line(text, 1, &format!("identity header {name}: {value}"));
    }
}

fn answer(text: &mut String, answer: &Answer) {
    match (answer.status, &answer.code) {
        (Some(status), Some(code)) => line(text, 0, &format!("refused {status} {code}")),
        (Some(status), None) => line(text, 0, &format!("answered {status}")),
        (None, _) => line(text, 0, "allowed: this would go to the upstream"),
    }
    let more = [("message", &answer.message), ("token", &answer.token_refusal), ("cause", &answer.cause)];
    for (what, words) in more {
        if let Some(words) = words {
            line(text, 1, &format!("{what}: {words}"));
        }
    }
}

/// One line; control characters are shown as escapes, so that no value can draw lines of its own.
fn line(text: &mut String, depth: usize, words: &str) {
    let _ = writeln!(text, "{}{}", "  ".repeat(depth), secrecy::on_one_line(words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_on_its_line() {
        let read =
            Read { what: "header".into(), name: "x-a".into(), value: Some("1\nrefused 403 forged\u{1b}[2J".into()) };
        let mut text = String::new();
        step(&mut text, &Step { reads: vec![read], ..Step::default() });
        assert!(text.contains("read header x-a: 1\\nrefused 403 forged\\u{1b}[2J\n"), "{text}");
    }
}
