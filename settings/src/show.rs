//! Shows the faults of a file to whoever started the program. Never prints colour where nobody sees it.

use crate::fault::Faults;
use std::io::{self, IsTerminal, Write};

/// Writes every fault: with colour to a terminal, unless `NO_COLOR` is set; in plain ASCII otherwise.
///
/// # Errors
/// When it cannot be written.
pub fn show(faults: &Faults, out: &mut (impl Write + IsTerminal)) -> io::Result<()> {
    let coloured = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let text = if coloured { faults.render_for_terminal() } else { faults.render() };
    out.write_all(text.as_bytes())
}
