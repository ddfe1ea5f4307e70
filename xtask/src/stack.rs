//! Several processes that belong together: started in order, stopped in reverse. Never restarts one that died.

use std::path::Path;

use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::lifeline;
use crate::process::Process;
use crate::roles::Role;
use crate::step;

/// The running programs, in the order of their start.
#[derive(Default)]
pub struct Stack {
    processes: Vec<Process>,
}

impl Stack {
    /// Starts one more and waits until it is ready.
    pub fn start(&mut self, role: &Role, program: &Path, logs: &Path, stop: &Interrupt) -> Result<(), Failure> {
        let mut command = lifeline::command(program)?;
        command.args(&role.arguments);
        let log = logs.join(format!("{}.log", role.name));
        let mut process = Process::start(role.name, command, log)?;
        let (address, path) = role.check;
        process.wait_until_ready(address, path, stop)?;
        step::say(&format!("{} is ready", role.name));
        self.processes.push(process);
        Ok(())
    }

    /// The failure of a program that ended by itself, if one did.
    pub fn first_dead(&mut self) -> Option<Failure> {
        self.processes.iter_mut().find_map(|process| {
            let status = process.ended()?;
            Some(process.report(&format!("ended with {status}")))
        })
    }

    /// Stops all, the last started first.
    pub fn stop(&mut self) {
        while let Some(mut process) = self.processes.pop() {
            process.stop();
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.stop();
    }
}
