//! One worker's kept answers: how they are found, and how they are learned.
//!
//! Never answers where two calls that could have been told apart would meet: a state stands for every question and answer
//! on the way to it.

use std::hash::Hasher;
use std::sync::Arc;

use siphasher::sip128::{Hasher128, SipHasher24};

use super::answering::answer;
use super::table::{Answer, Gone, Next, Run, State, Table};
use super::worth::Worth;
use crate::policy::exchange::Exchange;
use crate::policy::transcript::{MOST_ANSWER_BYTES, Question, Transcript};

/// Longest way to an answer, in runs of questions; a longer one is not kept.
const MOST_RUNS: usize = 32;

/// A secret of the process that makes states: nobody who does not know it can find two answers that meet.
pub(super) type Key = [u8; 16];

/// See the module.
pub(super) struct Memory {
    key: Key,
    table: Table,
    pub(super) worth: Worth,
    /// the answers of one run, used again
    answers: Vec<u8>,
}

impl Memory {
    /// An empty one that takes at most `bytes`.
    pub(super) fn new(key: Key, bytes: usize) -> Self {
        Self { key, table: Table::new(bytes), worth: Worth::default(), answers: Vec::new() }
    }

    /// The answer that was given when everything was the same, if there was one. Each question on the way is asked.
    pub(super) fn find(&mut self, start: State, exchange: &mut Exchange) -> Option<Answer> {
        let mut state = start;
        for _ in 0..=MOST_RUNS {
            match self.table.get(state)? {
                Next::Say(said, _) => return Some(Arc::clone(said)),
                Next::Ask(run) => {
                    self.answers.clear();
                    for question in &*run.questions {
                        answer(question, exchange, &mut self.answers);
                        // A call that was told so much was not kept.
                        if self.answers.len() > MOST_ANSWER_BYTES {
                            return None;
                        }
                    }
                    state = after(&self.key, state, run.id, &self.answers);
                }
            }
        }
        None
    }

    /// Keeps the answer of a call; false when its way was too long, or something on it too large.
    pub(super) fn learn(&mut self, start: State, call: &Transcript, said: &Answer, bytes: usize) -> bool {
        let (mut state, mut told) = (start, 0);
        for _ in 0..MOST_RUNS {
            if told == call.len() {
                return self.table.put(state, Next::Say(Arc::clone(said), bytes));
            }
            let Some(run) = self.run_from(state, call, told) else { return false };
            let until = told + run.questions.len();
            state = after(&self.key, state, run.id, call.answers(told, until));
            told = until;
        }
        false
    }

    /// What the policy asks in any case at this state, as far as is known with this call; nothing where that is too large.
    fn run_from(&mut self, state: State, call: &Transcript, told: usize) -> Option<Run> {
        let known = match self.table.get(state) {
            Some(Next::Ask(run)) => Some(run.clone()),
            Some(Next::Say(..)) | None => None,
        };
        let questions: Arc<[Question]> = match known {
            None => first_run(call, told),
            Some(run) => {
                let left = told..call.len();
                let same = run.questions.iter().zip(left).take_while(|(one, at)| *one == call.question(*at)).count();
                if same == run.questions.len() {
                    return Some(run);
                }
                // One that asks something else after the same answers hangs on more than it asks: it starts over.
                if same == 0 { first_run(call, told) } else { run.questions[..same].into() }
            }
        };
        let run = self.table.run(questions);
        self.table.put(state, Next::Ask(run.clone())).then_some(run)
    }

    /// What had to go since this was last asked, for somebody who has the time to drop it.
    pub(super) fn gone(&mut self) -> Option<Gone> {
        self.table.gone()
    }
}

/// The questions from here to the next verification, which stands alone: nothing is verified that the policy might not
/// have asked for.
fn first_run(call: &Transcript, told: usize) -> Arc<[Question]> {
    let is_verification = |at: &usize| matches!(call.question(*at), Question::Verification(_));
    let until = (told..call.len()).find(is_verification).unwrap_or(call.len());
    (told..until.max(told + 1)).map(|at| call.question(at).clone()).collect()
}

/// The state after a run's answers.
fn after(key: &Key, state: State, run: u64, answers: &[u8]) -> State {
    let mut hasher = SipHasher24::new_with_key(key);
    hasher.write(&state.to_le_bytes());
    hasher.write(&run.to_le_bytes());
    hasher.write(answers);
    hasher.finish128().as_u128()
}

#[cfg(test)]
mod tests;
