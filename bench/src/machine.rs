//! The machine's cores: which are the gateway's, and which are the load's and the upstream's. Never changes anything but
//! where threads of this benchmark run.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The two halves of the cores that this process may use.
#[derive(Debug, Clone)]
pub struct Cores {
    /// where gateways run; half of all, at least one
    pub gateway: Vec<usize>,
    /// where load and upstream run; the rest, which is the gateway's own where there is only one core
    pub load: Vec<usize>,
}

impl Cores {
    /// Halves what this process may use.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn of_this_machine() -> Result<Self> {
        let allowed = sched_getaffinity(None).context("ask for the cores of this process")?;
        let all: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).collect();
        Ok(Self::halves(&all))
    }

    fn halves(all: &[usize]) -> Self {
        let (gateway, load) = all.split_at(all.len().div_ceil(2));
        Self { gateway: gateway.to_vec(), load: if load.is_empty() { gateway.to_vec() } else { load.to_vec() } }
    }
}

/// Keeps the calling thread, and the threads it starts from now on, on these cores.
///
/// # Errors
/// When the system refuses.
pub fn pin(cores: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    cores.iter().for_each(|core| set.set(*core));
    sched_setaffinity(None::<Pid>, &set).context("pin a thread to its cores")
}

/// A command that runs a program on these cores.
pub fn pinned(cores: &[usize], program: impl AsRef<OsStr>) -> Command {
    let list: Vec<String> = cores.iter().map(ToString::to_string).collect();
    let mut command = Command::new("taskset");
    command.arg("--cpu-list").arg(list.join(",")).arg(program);
    command
}

/// The processor, as the report names it.
pub fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| "unknown processor".to_owned(), |(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_has_the_larger_half_and_one_core_serves_all() {
        let check = |all: &[usize], gateway: &[usize], load: &[usize]| {
            let cores = Cores::halves(all);
            assert_eq!((cores.gateway.as_slice(), cores.load.as_slice()), (gateway, load), "{all:?}");
        };
        check(&[0, 1, 2, 3], &[0, 1], &[2, 3]);
        check(&[4, 6, 7], &[4, 6], &[7]);
        check(&[0, 1], &[0], &[1]);
        check(&[3], &[3], &[3]);
    }
}
