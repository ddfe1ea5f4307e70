//! One policy: every case on a new instance, then all of them on one that is reused.
//!
//! Never gives up at the first case that fails.

use std::collections::BTreeMap;
use std::time::Instant;

use witgate_cases::Case;

use super::advice;
use super::coverage::{self, Groups};
use super::leak::{self, Asked};
use super::report::{CaseReport, Differs, PluginReport, Verdict, micros};
use super::target::Target;
use crate::config::{self, IDENTITY_PREFIX};
use crate::policy::component::Digest;
use crate::stage::{Heard, Piece, Stage, bare, grant_variables};
use crate::workbench::host::Host;

/// Tests one policy: all cases, or those whose name holds the filter.
pub(super) fn test(host: &Host, target: &Target, filter: Option<&str>) -> PluginReport {
    let mut report = PluginReport {
        name: target.name.clone(),
        component: target.file.display().to_string(),
        cases_file: target.cases_file.display().to_string(),
        digest: Digest::of(&target.bytes).to_string(),
        granted: Vec::new(),
        fault: None,
        cases: Vec::new(),
        unreached: None,
    };
    if let Err(fault) = run(host, target, filter, &mut report) {
        report.fault = Some(fault);
    }
    report
}

fn run(host: &Host, target: &Target, filter: Option<&str>, report: &mut PluginReport) -> Result<(), String> {
    let (entry, identity_prefix) = match &target.entry {
        Some((entry, prefix)) => (entry.clone(), prefix.as_str()),
        None => {
            let entry = made_up(host, target)?;
            report.granted = entry.grants.phrases();
            report.granted.extend(entry.grants.http.is_some().then(|| "http".to_owned()));
            (entry, IDENTITY_PREFIX)
        }
    };
    let (compiler, resources) = (host.compiler(), host.resources());
    let piece = Piece { compiler, resources, entry: &entry, bytes: &target.bytes, identity_prefix };
    let wanted = |case: &&Case| filter.is_none_or(|part| case.name.contains(part));
    let cases: Vec<&Case> = target.cases.cases.iter().filter(wanted).collect();
    let mut told: BTreeMap<&str, CaseReport> = BTreeMap::new();
    let (mut groups, mut schema) = (Groups::new(), None);
    for case in &cases {
        let config = target.cases.config_of(case);
        match Stage::for_case(&piece, &config, case) {
            Err(error) => drop(told.insert(&case.name, refused(case, &error.to_string()))),
            Ok(stage) => {
                let began = Instant::now();
                let fresh = host.runtime().block_on(stage.ask(case));
                told.insert(&case.name, case_report(case, &fresh, micros(began.elapsed())));
                schema = schema.or_else(|| stage.description().config_schema.clone());
                groups.entry(config).or_default().push(Asked { case, fresh, leak: None });
            }
        }
    }
    for (config, asked) in &mut groups {
        find_leaks(host, &piece, config, asked);
        asked.iter_mut().for_each(|one| note(one, &mut told));
    }
    if filter.is_none() {
        let own = target.cases.config.as_ref().map(ToString::to_string);
        let known = (schema.as_deref(), own.as_deref());
        report.unreached = Some(coverage::unreached(host, &piece, known, &groups));
    }
    report.cases = cases.iter().filter_map(|case| told.remove(case.name.as_str())).collect();
    Ok(())
}

/// A case that leaks does not hold, whatever its answer.
fn note(asked: &mut Asked<'_>, told: &mut BTreeMap<&str, CaseReport>) {
    if let (Some(leak), Some(report)) = (asked.leak.take(), told.get_mut(asked.case.name.as_str())) {
        report.leak = Some(leak);
        report.verdict = Verdict::Failed;
    }
}

/// The entry of a component alone.
fn made_up(host: &Host, target: &Target) -> Result<config::Plugin, String> {
    let outline = host.compiler().outline(&target.bytes).map_err(|error| format!("{error}; {}", error.remedy()))?;
    let world = outline.world().map_err(|roles| roles.to_string())?;
    let mut entry = bare(&target.name, world, &outline);
    grant_variables(&mut entry, &target.cases);
    Ok(entry)
}

/// Cases with other variables are asked apart: an instance may read its environment once.
fn find_leaks(host: &Host, piece: &Piece<'_>, config: &str, asked: &mut [Asked<'_>]) {
    asked.sort_by(|one, other| one.case.environment.cmp(&other.case.environment));
    for group in asked.chunk_by_mut(|one, other| one.case.environment == other.case.environment) {
        leak::look(host, piece, config, group);
    }
}

fn case_report(case: &Case, heard: &Heard, micros: u64) -> CaseReport {
    let differences = heard.differences(&case.expect);
    let shown = |one: witgate_cases::Difference| Differs { key: one.key, expected: one.expected, got: one.got };
    CaseReport {
        name: case.name.clone(),
        verdict: if differences.is_empty() { Verdict::Passed } else { Verdict::Failed },
        micros,
        advice: if differences.is_empty() { None } else { advice::of(heard) },
        differences: differences.into_iter().map(shown).collect(),
        leak: None,
        reads: heard.step.reads.clone(),
        verifications: heard.step.verifications.clone(),
        log: heard.lines(),
        answer: heard.told(),
    }
}

/// Of a case whose config the policy does not take.
fn refused(case: &Case, error: &str) -> CaseReport {
    let heard = Heard { answer: Err(error.to_owned()), fault: None, step: Default::default(), log: Vec::new() };
    case_report(case, &heard, 0)
}
