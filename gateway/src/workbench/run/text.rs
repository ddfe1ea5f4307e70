//! What was heard, as lines for a person.
//!
//! Never lets a value break out of its line.

use super::Ran;
use crate::explain::text::call;
use crate::policy::secrecy::on_one_line;
use crate::policy::trace::Step;

/// The whole text. What the call used differs from run to run, so it is shown only where it is asked for.
pub fn render(ran: &Ran, with_cost: bool) -> String {
    let request = &ran.case.request;
    let mut step = ran.step.clone();
    if !with_cost {
        step = Step { cpu_micros: None, memory_bytes: None, ..step };
    }
    let mut text =
        format!("{}\n{} {}\n", on_one_line(&ran.component), on_one_line(&request.method), on_one_line(&request.path));
    text += &call(&step);
    if ran.broke {
        let why = ran.answer["message"].as_str().unwrap_or_default();
        let kind = ran.answer["fault"].as_str().unwrap_or_default();
        // The call tells the rest, where it came to one.
        let why = if ran.step.fault.is_some() { String::new() } else { format!(": {}", on_one_line(why)) };
        text += &format!("fault {}{why}\n", on_one_line(kind));
    } else {
        text += &format!("answer {}\n", on_one_line(&ran.answer.to_string()));
    }
    text
}
