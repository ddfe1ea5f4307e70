//! `cargo xtask bench`: one endpoint of the orders service called directly, through the gateway, and through the
//! gateway with three policies. Never compares runs of different times: the three are interleaved in rounds.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use crate::failure::{Doing, Failure};
use crate::interrupt::Interrupt;
use crate::roles::{self, Ports};
use crate::stack::Stack;
use crate::users::{self, DEMO_USERS};
use crate::workspace::Workspace;
use crate::wrk::{self, Load, Report};
use crate::{build, http, packages, step, toolchain};

/// The ports of the benchmark; `bench/gateway.toml` says the same.
const PORTS: Ports =
    Ports { gateway: 18080, admin: 18081, auth: 19000, orders: 19101, inventory: 19102, portal: 19103 };

/// What is measured: a name and the `Host` that leads there; without one the service is called directly.
const CASES: [(&str, Option<&str>); 3] = [
    ("orders, called directly", None),
    ("through the gateway, no policy", Some("plain.bench")),
    ("through the gateway, three policies", Some("policy.bench")),
];

/// Starts the stack, measures in rounds, prints a table.
pub fn run(workspace: &Workspace, load: &Load, rounds: u32, release: bool) -> Result<(), Failure> {
    roles::refuse_taken(&[
        ("gateway", PORTS.gateway),
        ("gateway's admin listener", PORTS.admin),
        ("auth service", PORTS.auth),
        ("orders service", PORTS.orders),
    ])?;
    set_up(workspace, release)?;
    let stop = Interrupt::listen()?;
    let mut stack = Stack::default();
    start_all(workspace, release, &mut stack, &stop)?;
    let mut reports: [Vec<Report>; 3] = Default::default();
    for round in 1..=rounds {
        step::say(&format!("round {round} of {rounds}"));
        let token = login()?; // one for the whole round: the next may begin after it expired
        for (reports, (_, host)) in reports.iter_mut().zip(CASES) {
            if stop.came_within(Duration::ZERO) {
                return Err(Failure::new("interrupted"));
            }
            reports.push(measure(load, host, &token)?);
        }
    }
    println!("{}", table(load, rounds, &reports));
    Ok(())
}

fn set_up(workspace: &Workspace, release: bool) -> Result<(), Failure> {
    packages::ensure(workspace, &packages::LOAD);
    toolchain::ensure_wasm_target(workspace)?;
    build::plugins(workspace)?;
    match release {
        true => build::release_programs(workspace, &["witgate", "orders", "witgate-auth"]),
        false => build::programs(workspace),
    }
}

fn start_all(workspace: &Workspace, release: bool, stack: &mut Stack, stop: &Interrupt) -> Result<(), Failure> {
    let state = workspace.state().join("bench");
    let logs = state.join("logs");
    fs::create_dir_all(&logs).doing(format_args!("create {}", logs.display()))?;
    let auth_toml = state.join("auth.toml");
    fs::write(&auth_toml, roles::auth_toml(&PORTS)).doing(format_args!("write {}", auth_toml.display()))?;
    users::ensure(&workspace.program("witgate-auth", release), &auth_toml)?;
    let config = workspace.root().join("bench/gateway.toml");
    let roles = [roles::auth(&PORTS, &auth_toml), roles::orders(&PORTS, &state), roles::gateway(&PORTS, &config)];
    for role in roles {
        stack.start(&role, &workspace.program(role.program, release), &logs, stop)?;
    }
    Ok(())
}

fn login() -> Result<String, Failure> {
    let [alice, _] = &DEMO_USERS;
    let body = format!("{{\"username\":\"{}\",\"password\":\"{}\"}}", alice.name, alice.password);
    let answer = http::post_json(roles::loopback(PORTS.auth), "/login", &body)
        .filter(|answer| answer.status == 200)
        .ok_or_else(|| Failure::new("the auth service refused the login of the benchmark's user"))?;
    let answer: serde_json::Value = serde_json::from_str(&answer.body).doing("read the answer to the login")?;
    let token = answer["access_token"].as_str().ok_or_else(|| Failure::new("the login gave no access_token"))?;
    Ok(token.to_owned())
}

fn measure(load: &Load, host: Option<&str>, token: &str) -> Result<Report, Failure> {
    let target = if host.is_some() { PORTS.gateway } else { PORTS.orders };
    let mut headers: Vec<String> = host.map(|host| format!("Host: {host}")).into_iter().collect();
    headers.push(format!("Authorization: Bearer {token}"));
    wrk::measure(load, &url(roles::loopback(target)), &headers)
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}/healthz")
}

fn table(load: &Load, rounds: u32, reports: &[Vec<Report>; 3]) -> String {
    let direct = median(&reports[0], |report| report.rate);
    let plain = median(&reports[1], |report| report.rate);
    let mut text = format!(
        "\n{} connections, {} s each, median of {rounds} interleaved rounds, one machine for load and all programs.\n\n\
         | What | requests/s | p50 ms | p99 ms | of direct | of plain |\n|---|---:|---:|---:|---:|---:|\n",
        load.connections, load.seconds
    );
    for (reports, (name, _)) in reports.iter().zip(CASES) {
        let rate = median(reports, |report| report.rate);
        let (p50, p99) = (median(reports, |report| report.p50), median(reports, |report| report.p99));
        let (of_direct, of_plain) = (100.0 * rate / direct, 100.0 * rate / plain);
        text += &format!("| {name} | {rate:.0} | {p50:.2} | {p99:.2} | {of_direct:.0} % | {of_plain:.0} % |\n");
    }
    text
}

fn median(reports: &[Report], of: impl Fn(&Report) -> f64) -> f64 {
    let mut values: Vec<f64> = reports.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_ratios_of_medians() {
        let report = |rate| Report { rate, p50: 1.0, p99: 2.0 };
        let reports = [vec![report(10.0), report(100.0), report(900.0)], vec![report(50.0)], vec![report(40.0)]];
        let text = table(&Load { seconds: 1, connections: 2 }, 3, &reports);
        assert!(text.contains("| 40 | 1.00 | 2.00 | 40 % | 80 % |"), "{text}");
    }

    #[test]
    fn the_benchmark_configuration_has_the_same_ports() {
        let text = include_str!("../../bench/gateway.toml");
        for port in [PORTS.gateway, PORTS.admin, PORTS.auth, PORTS.orders] {
            assert!(text.contains(&roles::loopback(port).to_string()), "bench/gateway.toml does not name {port}");
        }
    }
}
