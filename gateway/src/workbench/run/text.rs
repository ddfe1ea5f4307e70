//! What was heard, as lines for a person.
//!
//! Never lets a value break out of its line.

use anstyle::Style;

use super::Ran;
use crate::explain::text::call;
use crate::policy::secrecy::on_one_line;
use crate::policy::trace::Step;
use crate::workbench::style::{BAD, GOOD, HEAD, NOTE, painted};

/// The whole text. What the call used differs from run to run, so it is shown only where it is asked for.
pub fn render(ran: &Ran, with_cost: bool) -> String {
    let request = &ran.case.request;
    let mut step = ran.step.clone();
    if !with_cost {
        step = Step { cpu_micros: None, memory_bytes: None, ..step };
    }
    let mut text = painted(HEAD, &on_one_line(&ran.component)) + "\n";
    text += &format!("{} {}\n", on_one_line(&request.method), on_one_line(&request.path));
    text += &call(&step);
    if ran.broke {
        let why = ran.answer["message"].as_str().unwrap_or_default();
        let kind = ran.answer["fault"].as_str().unwrap_or_default();
        // The call tells the rest, where it came to one.
        let why = if ran.step.fault.is_some() { String::new() } else { format!(": {}", on_one_line(why)) };
        text += &format!("{}\n", painted(BAD, &format!("fault {}{why}", on_one_line(kind))));
    } else {
        let answer = format!("answer {}", on_one_line(&ran.answer.to_string()));
        text += &format!("{}\n", painted(of_answer(ran), &answer));
    }
    text
}

/// A refusal stands out; it may be what was wanted, so it is no failure.
fn of_answer(ran: &Ran) -> Style {
    if ran.answer["outcome"] == "refused" { NOTE } else { GOOD }
}
