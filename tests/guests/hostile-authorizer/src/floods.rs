//! What the host is asked to do too often or with too much. Never with anything secret in it.

use witgate_plugin::{Decision, Level, log, request};

/// More lines than any plugin may write in one call.
const LINES: usize = 100_000;

/// What one call may write.
const SOME_LINES: usize = 10;

/// One line, in bytes; a few of them pass `log-bytes`.
const LONG_LINE_BYTES: usize = 10_000;

/// Asks for the same header for ever: a test makes it a large one.
pub fn ask_for_ever() -> ! {
    loop {
        let _read = request::header("x-filler");
    }
}

/// Short lines.
pub fn log_many() -> Decision {
    for _ in 0..LINES {
        log::write(Level::Info, "flood", &[]);
    }
    Decision::Allow
}

/// As many lines as a call may write, or less: a flood is made of many calls.
pub fn log_some() -> Decision {
    for _ in 0..SOME_LINES {
        log::write(Level::Info, "drizzle", &[]);
    }
    Decision::Allow
}

/// Long lines, few enough for `log-lines`.
pub fn log_much() -> Decision {
    let line = "f".repeat(LONG_LINE_BYTES);
    for _ in 0..LINES {
        log::write(Level::Info, &line, &[]);
    }
    Decision::Allow
}

/// A line break and a forged line behind it.
pub fn log_two_lines() -> Decision {
    log::write(Level::Info, "one\n{\"level\":\"ERROR\",\"forged\":true}", &[("field\n", &"value\r\n")]);
    Decision::Allow
}
