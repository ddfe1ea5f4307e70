//! One chapter of a guide in Markdown, read as what a reader would do.
//!
//! - a fence `console`: lines that begin with `$ ` are commands (`> ` goes on with one), the others what it prints;
//! - a fence `LANGUAGE file=PATH`: the reader writes this file;
//! - every other fence is shown, and never run.

use std::ops::Range;

/// The steps below one heading of the second level, and of the headings below it.
#[derive(Debug)]
pub struct Chapter {
    steps: Vec<Step>,
}

/// What a reader does.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Writes a file.
    File {
        /// where, from the folder where the chapter begins
        path: String,
        /// its text
        text: String,
    },
    /// Runs a command.
    Run {
        /// for the shell
        command: String,
        /// what the document says that it prints
        shown: String,
        /// the lines of the document with that
        lines: Range<usize>,
    },
}

impl Chapter {
    /// The chapter with this heading; nothing where there is none.
    pub fn of(markdown: &str, title: &str) -> Option<Chapter> {
        let heading = format!("## {title}");
        let lines: Vec<&str> = markdown.lines().collect();
        let start = lines.iter().position(|line| *line == heading)? + 1;
        let mut steps = Vec::new();
        let mut at = start;
        while at < lines.len() && !lines[at].starts_with("## ") {
            let Some(info) = lines[at].strip_prefix("```") else {
                at += 1;
                continue;
            };
            let end = (at + 1..lines.len()).find(|line| lines[*line] == "```").expect("a fence has an end");
            steps.extend(fence(info, &lines, at + 1..end));
            at = end + 1;
        }
        Some(Chapter { steps })
    }

    /// All steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The commands, in order.
    pub fn commands(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| matches!(step, Step::Run { .. }))
    }

    /// The document with what the commands printed. A command whose output is cut with `...` keeps its lines.
    pub(super) fn blessed(&self, markdown: &str, printed: &[String]) -> String {
        let mut lines: Vec<String> = markdown.lines().map(str::to_owned).collect();
        let found = self.commands().zip(printed).collect::<Vec<_>>();
        for (step, text) in found.into_iter().rev() {
            if let Step::Run { lines: place, shown, .. } = step
                && !shown.lines().any(|line| line == "...")
            {
                lines.splice(place.clone(), text.lines().map(|line| line.trim_end().to_owned()));
            }
        }
        lines.join("\n") + "\n"
    }
}

fn fence(info: &str, lines: &[&str], body: Range<usize>) -> Vec<Step> {
    let mut words = info.split_whitespace();
    match (words.next(), words.next().and_then(|word| word.strip_prefix("file="))) {
        (Some("console"), None) => commands(lines, body),
        (Some(_), Some(path)) => {
            let text = lines[body].iter().map(|line| format!("{line}\n")).collect();
            vec![Step::File { path: path.to_owned(), text }]
        }
        _ => Vec::new(),
    }
}

fn commands(lines: &[&str], body: Range<usize>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for at in body {
        let line = lines[at];
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step::Run { command: command.to_owned(), shown: String::new(), lines: at + 1..at + 1 });
            continue;
        }
        let Some(Step::Run { command, shown, lines: place }) = steps.last_mut() else {
            panic!("line {}: a `console` block begins with `$ `", at + 1)
        };
        let more = if line == ">" { Some("") } else { line.strip_prefix("> ") };
        match more {
            Some(more) if shown.is_empty() => {
                command.push_str(&format!("\n{more}"));
                *place = at + 1..at + 1;
            }
            _ => {
                shown.push_str(&format!("{line}\n"));
                *place = place.start..at + 1;
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = "# Guide\n\n## One\n\ntext\n```toml file=a/b.toml\nx = 1\n```\n```sh\nnot run\n```\n\
        ```console\n$ echo a \\\n> b\na b\n$ true\n$ cat c\nold\n```\n\n### More\n\n## Two\n```console\n$ false\n```\n";

    #[test]
    fn a_chapter_is_what_a_reader_does() {
        let chapter = Chapter::of(GUIDE, "One").expect("a chapter");
        let run = |command: &str, shown: &str, lines| Step::Run { command: command.into(), shown: shown.into(), lines };
        let file = Step::File { path: "a/b.toml".into(), text: "x = 1\n".into() };
        let steps =
            [file, run("echo a \\\nb", "a b\n", 14..15), run("true", "", 16..16), run("cat c", "old\n", 17..18)];
        assert_eq!(chapter.steps(), steps);
        assert!(Chapter::of(GUIDE, "Three").is_none());
    }

    #[test]
    fn blessing_writes_what_was_printed() {
        let chapter = Chapter::of(GUIDE, "One").expect("a chapter");
        let blessed = chapter.blessed(GUIDE, &["a b\n".into(), "1\n2\n".into(), String::new()]);
        assert_eq!(blessed, GUIDE.replace("$ true\n", "$ true\n1\n2\n").replace("old\n", ""));
    }
}
