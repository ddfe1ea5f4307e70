//! A cases.toml, run on the real component.
//!
//! Never shows the entry's own configuration: a case has the file's, or its own.

use std::collections::BTreeMap;

use witgate_cases::{Case, File};

use super::{Failure, Subject, stage};
use crate::stage::Stage;

/// How many failing cases are told of one file.
const MOST_TOLD: usize = 10;

/// Every case that does not hold, or what is wrong with the file.
pub(super) async fn failures(subject: &Subject<'_>, text: &str) -> Vec<Failure> {
    let faults = match File::read(text) {
        Ok(file) => run(subject, &file).await,
        Err(fault) => vec![fault.to_string()],
    };
    let more = faults.len().saturating_sub(MOST_TOLD);
    let mut failures: Vec<Failure> = faults.into_iter().take(MOST_TOLD).map(Failure::Cases).collect();
    if more > 0 {
        failures.push(Failure::Cases(format!("{more} more cases do not hold")));
    }
    failures
}

/// One instance for each configuration and environment that the cases have.
async fn run(subject: &Subject<'_>, file: &File) -> Vec<String> {
    let mut groups: BTreeMap<_, Vec<&Case>> = BTreeMap::new();
    for case in &file.cases {
        groups.entry((file.config_of(case), &case.environment)).or_default().push(case);
    }
    let mut faults = Vec::new();
    for ((config, environment), cases) in groups {
        match stage(subject, &config, environment) {
            Ok(stage) => {
                for case in cases {
                    faults.extend(fault(&stage, case).await);
                }
            }
            Err(error) => faults.push(format!("{:?}: its config: {error}", cases[0].name)),
        }
    }
    faults
}

async fn fault(stage: &Stage, case: &Case) -> Option<String> {
    let differences = stage.ask(case).await.differences(&case.expect);
    let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
    (!told.is_empty()).then(|| format!("{:?}: {}", case.name, told.join("; ")))
}
