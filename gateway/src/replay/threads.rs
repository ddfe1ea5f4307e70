//! The replay itself: one thread reads, several ask, and the caller's gathers.
//!
//! Never holds more of the recording than a few lines for each thread.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::chosen::{Choice, NoChoice};
use super::judged::{Judged, judge};
use super::newcomer::{Newcomer, NewcomerError};
use super::report::{Report, Tally};
use crate::policy::fault::Fault;
use crate::policy::tape::Line;
use crate::recording::{Lines, Unread};
use crate::stage::{Heard, Stage};

/// Most threads that ask.
const MOST_THREADS: usize = 16;
/// Lines, and what came of lines, that may wait for each thread.
const WAITING: usize = 256;

/// A line that waits to be asked.
struct Question {
    number: u64,
    place: String,
    text: String,
}

/// What came of it; nothing where it is another plugin's.
enum Outcome {
    Judged { number: u64, at: Timestamp, place: String, judged: Judged },
    Unread(Unread),
}

/// Asks the component every chosen question again. Blocks, and takes all processors.
///
/// # Errors
/// When the recording cannot be read, or the component does not start.
pub fn replay(newcomer: &Newcomer, choice: &Choice) -> Result<Report, ReplayError> {
    let count = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let stages = (0..count).map(|_| newcomer.stage()).collect::<Result<Vec<Stage>, NewcomerError>>()?;
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtimes = (0..count).map(|_| runtime()).collect::<io::Result<Vec<Runtime>>>()?;
    let lines = choice.lines()?;
    let mut tally = Tally::new(&choice.plugin, newcomer.digest().to_string());
    let (ask, questions) = sync_channel(WAITING);
    // Gone with the last who asks: nobody waits for one who is not there.
    let questions = Arc::new(Mutex::new(questions));
    let (tell, outcomes) = sync_channel(WAITING);
    thread::scope(|scope| {
        let told = tell.clone();
        scope.spawn(move || read(lines, &ask, &told));
        for (stage, runtime) in stages.into_iter().zip(runtimes) {
            let (questions, tell) = (Arc::clone(&questions), tell.clone());
            scope.spawn(move || Asker { newcomer, choice, stage }.run(&runtime, &questions, &tell));
        }
        drop((questions, tell));
        for outcome in outcomes {
            match outcome {
                Outcome::Judged { number, at, place, judged } => tally.add(number, at, &place, judged),
                Outcome::Unread(unread) => tally.unread(&unread),
            }
        }
    });
    Ok(tally.report())
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// the recording
    #[error(transparent)]
    Recording(#[from] NoChoice),
    /// the component
    #[error(transparent)]
    Newcomer(#[from] NewcomerError),
    /// the system
    #[error("no thread can ask: {0}")]
    System(#[from] io::Error),
}

fn read(lines: Lines, ask: &SyncSender<Question>, tell: &SyncSender<Outcome>) {
    for (number, line) in (0..).zip(lines) {
        let gone = match line {
            Ok((place, text)) => ask.send(Question { number, place, text }).is_err(),
            Err(unread) => tell.send(Outcome::Unread(unread)).is_err(),
        };
        if gone {
            return;
        }
    }
}

/// One thread that asks.
struct Asker<'r> {
    newcomer: &'r Newcomer,
    choice: &'r Choice,
    stage: Stage,
}

impl Asker<'_> {
    fn run(mut self, runtime: &Runtime, questions: &Mutex<Receiver<Question>>, tell: &SyncSender<Outcome>) {
        loop {
            let next = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(question) = next else { return };
            let Some(outcome) = self.outcome(runtime, question) else { continue };
            if tell.send(outcome).is_err() {
                return;
            }
        }
    }

    fn outcome(&mut self, runtime: &Runtime, question: Question) -> Option<Outcome> {
        let Question { number, place, text } = question;
        match self.choice.take(&text) {
            Ok(None) => None,
            Err(why) => Some(Outcome::Unread(Unread { place, why })),
            Ok(Some(mut line)) => {
                line.case.environment.clone_from(self.newcomer.environment());
                let heard = self.ask(runtime, &line);
                let at = line.at;
                Some(Outcome::Judged { number, at, place, judged: judge(line, &heard) })
            }
        }
    }

    /// A stage that saw many faults is not asked any more: the next one is.
    fn ask(&mut self, runtime: &Runtime, line: &Line) -> Heard {
        let heard = runtime.block_on(self.stage.ask(&line.case));
        if !matches!(heard.fault, Some(Fault::Unavailable { .. })) {
            return heard;
        }
        match self.newcomer.stage() {
            Ok(stage) => {
                self.stage = stage;
                runtime.block_on(self.stage.ask(&line.case))
            }
            Err(_) => heard,
        }
    }
}
