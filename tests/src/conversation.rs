//! A script that a test talks with: a line in, a line out. Never waits without a deadline, and never outlives its test.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// The longest that one line may take, on a busy machine.
const LINE_DEADLINE: Duration = Duration::from_secs(60);

/// The running script.
pub struct Conversation {
    name: String,
    said: ChildStdin,
    heard: Lines<BufReader<ChildStdout>>,
    /// Killed when dropped.
    _child: Child,
}

impl Conversation {
    /// Starts the command; its stderr is the test's.
    pub fn start(name: &str, mut command: Command) -> Conversation {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} did not start: {error}"));
        let said = child.stdin.take().expect("a piped stdin");
        let heard = BufReader::new(child.stdout.take().expect("a piped stdout")).lines();
        Conversation { name: name.to_owned(), said, heard, _child: child }
    }

    /// Says one line and hears the answer to it.
    pub async fn ask(&mut self, line: &str) -> String {
        let asked = self.ask_all(&[line.to_owned()]).await;
        asked.into_iter().next().expect("one answer to one line")
    }

    /// Says all lines, and hears one answer to each. Reads while it writes, so neither side blocks on a full pipe.
    pub async fn ask_all(&mut self, lines: &[String]) -> Vec<String> {
        let (name, said, heard) = (&self.name, &mut self.said, &mut self.heard);
        let say = async {
            for line in lines {
                let sent = said.write_all(format!("{line}\n").as_bytes()).await;
                sent.unwrap_or_else(|error| panic!("{name} does not listen: {error}"));
            }
        };
        let hear = async {
            let mut answers = Vec::with_capacity(lines.len());
            while answers.len() < lines.len() {
                answers.push(next_line(name, heard).await);
            }
            answers
        };
        tokio::join!(say, hear).1
    }

    /// Says a line that has no answer.
    pub async fn tell(&mut self, line: &str) {
        let sent = timeout(LINE_DEADLINE, self.said.write_all(format!("{line}\n").as_bytes())).await;
        sent.expect("a listener in time").unwrap_or_else(|error| panic!("{} does not listen: {error}", self.name));
    }

    /// Hears the next line.
    pub async fn hear(&mut self) -> String {
        next_line(&self.name, &mut self.heard).await
    }
}

async fn next_line(name: &str, heard: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = timeout(LINE_DEADLINE, heard.next_line()).await;
    let line = line.unwrap_or_else(|_| panic!("{name}: no line within {LINE_DEADLINE:?}"));
    line.expect("readable text").unwrap_or_else(|| panic!("{name} ended; see its last words above"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn more_lines_than_a_pipe_holds_are_answered_in_order() {
        let mut echo = Conversation::start("cat", Command::new("cat"));
        let lines: Vec<String> = (0..2000).map(|number| format!("{number} {}", "x".repeat(200))).collect();
        assert_eq!(echo.ask_all(&lines).await, lines);
        assert_eq!(echo.ask("last").await, "last");
    }
}
