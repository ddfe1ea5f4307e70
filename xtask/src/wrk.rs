//! Running `wrk` once and reading its report. Never judges the numbers.

use std::process::Command;

use crate::failure::{Doing, Failure};

/// How long one answer may take before wrk calls it a failure, in seconds.
const ANSWER_SECONDS: u32 = 10;

/// How hard and how long.
pub struct Load {
    /// Seconds of one measurement.
    pub seconds: u32,
    /// Open connections.
    pub connections: u32,
}

/// What one run of wrk measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Requests per second.
    pub rate: f64,
    /// Median latency in milliseconds.
    pub p50: f64,
    /// 99th percentile of the latency in milliseconds.
    pub p99: f64,
}

/// Measures `url` with the given headers. An answer other than 2xx or 3xx makes the run a failure.
pub fn measure(load: &Load, url: &str, headers: &[String]) -> Result<Report, Failure> {
    let mut command = Command::new("wrk");
    command.arg("--latency").arg("--threads=1").arg(format!("--connections={}", load.connections));
    command.arg(format!("--duration={}s", load.seconds)).arg(format!("--timeout={ANSWER_SECONDS}s"));
    for header in headers {
        command.arg("--header").arg(header);
    }
    let output = command.arg(url).output().doing("run wrk (apt-get install wrk)")?;
    parse(&String::from_utf8_lossy(&output.stdout))
}

fn parse(text: &str) -> Result<Report, Failure> {
    if let Some(line) = text.lines().find(|line| line.contains("Non-2xx") || line.contains("Socket errors")) {
        return Err(Failure::new(format!("wrk saw failures, so its numbers mean nothing: {}", line.trim())));
    }
    let rate = after(text, "Requests/sec:").and_then(|word| word.parse().ok());
    match (rate, after(text, "50%").and_then(milliseconds), after(text, "99%").and_then(milliseconds)) {
        (Some(rate), Some(p50), Some(p99)) => Ok(Report { rate, p50, p99 }),
        _ => Err(Failure::new(format!("wrk's report was not understood:\n{text}"))),
    }
}

fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.trim().strip_prefix(label)).map(str::trim)
}

fn milliseconds(word: &str) -> Option<f64> {
    let (number, factor) = match word {
        _ if word.ends_with("us") => (word.strip_suffix("us")?, 0.001),
        _ if word.ends_with("ms") => (word.strip_suffix("ms")?, 1.0),
        _ => (word.strip_suffix('s')?, 1000.0),
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "  Latency Distribution\n     50%  635.00us\n     99%    1.50ms\nRequests/sec:  12345.67\n";

    #[test]
    fn a_report_is_read() {
        let report = parse(REPORT).expect("a report");
        assert_eq!(report, Report { rate: 12345.67, p50: 0.635, p99: 1.5 });
    }

    #[test]
    fn a_run_with_refusals_is_no_measurement() {
        let text = format!("{REPORT}  Non-2xx or 3xx responses: 7\n");
        assert!(parse(&text).expect_err("it must fail").to_string().contains("Non-2xx"));
    }
}
