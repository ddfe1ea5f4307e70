//! What a report has to say before its first number: the machine and the versions. Never a name of the machine or its user.

use std::fs;
use std::process::Command;

use crate::machine::processor;
use crate::parts::Bench;

/// One line each.
pub fn lines(bench: &Bench) -> Vec<String> {
    let cores = &bench.stage.cores;
    vec![
        format!("{}; gateways on cores {:?}, load and upstream on {:?}", processor(), cores.gateway, cores.load),
        format!(
            "{} s for a measurement, median of {} rounds in which all rows of a part take turns",
            bench.duration.as_secs_f64(),
            bench.rounds
        ),
        format!("{}; access logs are off everywhere", versions(bench)),
        format!("Linux {}", fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim()),
    ]
}

fn versions(bench: &Bench) -> String {
    let envoy = bench.stage.places.envoy.display().to_string();
    let asked = [("haproxy", "-v"), ("nginx", "-v"), (envoy.as_str(), "--version")];
    let answers = asked.iter().filter_map(|(program, switch)| first_line(program, switch));
    let own = format!("Witgate {}", env!("CARGO_PKG_VERSION"));
    [own].into_iter().chain(answers).collect::<Vec<_>>().join("; ")
}

/// nginx answers on stderr, Envoy after an empty line.
fn first_line(program: &str, switch: &str) -> Option<String> {
    let output = Command::new(program).arg(switch).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}
