//! The faults of one configuration file: gathered, then shown all at once, each with its place and a hint.
//!
//! Never stops at the first fault, and never prints colour unless it is asked to.

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode,
    ThemeCharacters, ThemeStyles,
};
use std::fmt;
use std::sync::Arc;

/// A place in the text: byte offset and length.
pub type Span = miette::SourceSpan;

/// The text of a configuration file and the name it is shown under.
pub type Source = NamedSource<String>;

/// Width at which hints wrap, in columns: fixed, so that logs and tests do not depend on a terminal.
const WIDTH: usize = 120;

/// Most faults that are shown: to show one costs a look at the whole text before it.
const MOST_SHOWN: usize = 100;

/// Most faults that are kept; more are only counted.
const MOST_KEPT: usize = 10_000;

/// All faults of one file.
pub struct Faults {
    source: Arc<Source>,
    faults: Vec<Fault>,
    /// how many were not kept
    beyond: usize,
}

/// One fault: what is wrong, where (one or two places), what to do.
#[derive(Clone)]
struct Fault {
    source: Arc<Source>,
    message: String,
    labels: Vec<LabeledSpan>,
    hint: String,
}

impl Faults {
    /// No fault yet.
    pub fn new(source: &Arc<Source>) -> Faults {
        Faults { source: source.clone(), faults: Vec::new(), beyond: 0 }
    }

    /// Adds a fault at one place. `hint` says what to do about it.
    pub fn push(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.add(vec![LabeledSpan::new_primary_with_span(None, span)], message.into(), hint.into());
    }

    /// Adds a fault between two places, each with a label.
    pub fn push_pair(
        &mut self,
        here: (Span, &str),
        there: (Span, &str),
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let labels = vec![
            LabeledSpan::new_primary_with_span(Some(here.1.to_owned()), here.0),
            LabeledSpan::new_with_span(Some(there.1.to_owned()), there.0),
        ];
        self.add(labels, message.into(), hint.into());
    }

    /// Adds a fault of the file as a whole.
    pub fn push_whole(&mut self, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Vec::new(), message.into(), hint.into());
    }

    /// Shows stars in place of this text, in every fault: it holds a secret.
    pub fn hide(&mut self, span: Span) {
        self.hide_all(&[span]);
    }

    /// As [`Faults::hide`], for many places.
    pub fn hide_all(&mut self, spans: &[Span]) {
        let mut bytes = self.source.inner().clone().into_bytes();
        for span in spans {
            let secret = bytes.iter_mut().skip(span.offset()).take(span.len());
            // one star for each byte: places must not move
            secret.filter(|byte| **byte != b'\n').for_each(|byte| *byte = b'*');
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.source = Arc::new(Source::new(self.source.name(), text));
        for fault in &mut self.faults {
            fault.source = self.source.clone();
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.faults.len() + self.beyond
    }

    /// Every fault, or the first of very many, in plain ASCII, for logs, answers and `NO_COLOR`.
    pub fn render(&self) -> String {
        let theme = GraphicalTheme { characters: ThemeCharacters::ascii(), styles: ThemeStyles::none() };
        self.render_in(theme)
    }

    /// Every fault, or the first of very many, with colour and box-drawing characters, for a terminal.
    pub fn render_for_terminal(&self) -> String {
        self.render_in(GraphicalTheme::unicode())
    }

    /// Every fault, or the first of very many, on a line of its own, with its place but without the text around it, which may hold secrets: for
    /// logs and answers.
    pub fn brief(&self) -> String {
        let line = |fault: &&Fault| format!("{}: {} ({})", self.place(fault), fault.message, fault.hint);
        let lines = self.in_order().iter().map(line).collect::<Vec<String>>();
        lines.into_iter().chain(self.unshown()).collect::<Vec<String>>().join("\n")
    }

    fn place(&self, fault: &Fault) -> String {
        if fault.labels.is_empty() {
            return self.source.name().to_owned();
        }
        let before = &self.source.inner().as_bytes()[..fault.offset().min(self.source.inner().len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        format!("{}:{line}:{column}", self.source.name())
    }

    fn add(&mut self, labels: Vec<LabeledSpan>, message: String, hint: String) {
        if self.faults.len() == MOST_KEPT {
            self.beyond += 1;
            return;
        }
        self.faults.push(Fault { source: self.source.clone(), message, labels, hint });
    }

    /// Those that are shown.
    fn in_order(&self) -> Vec<&Fault> {
        let mut faults: Vec<&Fault> = self.faults.iter().collect();
        faults.sort_by_key(|fault| fault.offset());
        faults.truncate(MOST_SHOWN);
        faults
    }

    /// How many are not shown, where there are any.
    fn unshown(&self) -> Option<String> {
        let more = self.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0)?;
        Some(format!("{more} more: mend the first {MOST_SHOWN}, then check again"))
    }

    fn render_in(&self, theme: GraphicalTheme) -> String {
        let handler = GraphicalReportHandler::new_themed(theme).with_width(WIDTH).with_links(false);
        let mut text = String::new();
        for fault in self.in_order() {
            let mut one = String::new();
            if handler.render_report(&mut one, fault).is_err() {
                one = format!("{fault}\n");
            }
            text.push_str(one.trim_start_matches('\n'));
            text.push('\n');
        }
        for line in self.unshown().into_iter().chain([self.to_string()]) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

impl Fault {
    fn offset(&self) -> usize {
        self.labels.first().map_or(0, LabeledSpan::offset)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.len() == 1 { "fault" } else { "faults" };
        write!(f, "{} {plural} in {}", self.len(), self.source.name())
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}

impl std::error::Error for Faults {}

impl Diagnostic for Faults {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.in_order().into_iter().map(|fault| fault as &dyn Diagnostic)))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault").field("message", &self.message).field("labels", &self.labels).finish_non_exhaustive()
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.hint))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() { None } else { Some(Box::new(self.labels.iter().cloned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(count: usize) -> Faults {
        let mut faults = Faults::new(&Arc::new(Source::new("a.toml", "a = 1\nb = 2\n".to_owned())));
        (0..count).for_each(|at| faults.push(Span::from(6..7), format!("wrong {at}"), "mend it"));
        faults
    }

    #[test]
    fn of_very_many_faults_the_first_are_shown_and_all_are_counted() {
        let few = faults(MOST_SHOWN).brief();
        assert_eq!((few.lines().count(), few.contains("more:")), (MOST_SHOWN, false), "{few}");
        let many = faults(MOST_KEPT + 5);
        assert_eq!(many.brief().lines().last(), Some("9905 more: mend the first 100, then check again"));
        let shown = many.render();
        assert!(shown.contains("wrong 99\n") && !shown.contains("wrong 100\n"), "{shown}");
        assert!(shown.ends_with("\n10005 faults in a.toml\n"), "{shown}");
    }
}
