//! The programs that are measured: started on their cores, asked of /proc, ended with this process. Never leaves one
//! behind.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};

/// How long a program may take until it accepts connections; Envoy takes some seconds.
const START: Duration = Duration::from_secs(30);
/// How long it may take to end when asked.
const STOP: Duration = Duration::from_secs(5);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// A running program and the processes it started.
pub struct Program {
    name: String,
    child: Child,
    /// where it listens
    pub address: SocketAddr,
}

impl Program {
    /// Starts it in a process group of its own and waits until it accepts connections. What it says goes to a file.
    ///
    /// # Errors
    /// When it cannot be started, ends, or does not listen in time; the error names the file.
    pub fn start(name: &str, mut command: Command, address: SocketAddr, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("create {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
        let child = command.spawn().with_context(|| format!("start {name}"))?;
        let mut program = Self { name: name.to_owned(), child, address };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = program.child.try_wait()? {
                bail!("{name} ended ({status}) before it listened on {address}; see {}", log.display());
            }
            if start.elapsed() > START {
                bail!("{name} does not listen on {address} after {START:?}; see {}", log.display());
            }
            std::thread::park_timeout(LOOK);
        }
        Ok(program)
    }

    /// What it used so far.
    ///
    /// # Errors
    /// When it is gone.
    pub fn usage(&self) -> Result<Usage> {
        let mut usage = Usage::default();
        let own = self.child.id();
        for process in processes_of(own)? {
            usage.add(&Usage::of(process).with_context(|| format!("{} is gone", self.name))?);
        }
        Ok(usage)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.child);
        let _ = rustix::process::kill_process_group(group, Signal::TERM);
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < STOP {
            std::thread::park_timeout(LOOK);
        }
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// What a program used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// CPU time of all its threads, in seconds
    pub cpu: f64,
    /// resident memory that is not shared with other processes, in bytes
    pub resident: u64,
}

impl Usage {
    fn of(process: u32) -> Result<Self> {
        let mut nanos = 0;
        for thread in fs::read_dir(format!("/proc/{process}/task"))?.flatten() {
            let text = fs::read_to_string(thread.path().join("schedstat"))?;
            nanos += text.split(' ').next().and_then(|word| word.parse::<u64>().ok()).context("schedstat")?;
        }
        #[expect(clippy::cast_precision_loss, reason = "below 2^52 ns, 52 days")]
        let cpu = nanos as f64 / 1e9;
        Ok(Self { cpu, resident: resident(process)? })
    }

    fn add(&mut self, other: &Self) {
        self.cpu += other.cpu;
        self.resident += other.resident;
    }
}

/// Proportional set size: what several processes share counts once.
fn resident(process: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let kilobytes = text.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse().ok());
    Ok(kilobytes.map_or(0, |kilobytes: u64| kilobytes * 1024))
}

/// A process and all that came of it: nginx and HAProxy serve in children.
fn processes_of(root: u32) -> Result<Vec<u32>> {
    let mut found = vec![root];
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(text) = fs::read_to_string(entry.path().join("stat")) else { continue };
        // pid (name) state ppid: a name may hold blanks and brackets
        let parent = text.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        parents.extend(parent.map(|parent| (process, parent)));
    }
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(process, _)| *process));
        next += 1;
    }
    Ok(found)
}

/// An address on loopback that nobody uses now.
///
/// # Errors
/// When there is none.
pub fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("find a free port")?;
    Ok(listener.local_addr()?)
}
