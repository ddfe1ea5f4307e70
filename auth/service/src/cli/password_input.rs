//! Takes a password from a person or a pipe. Never from the arguments or the environment, and never echoes it.

use std::io::{BufRead, Read};

use zeroize::Zeroizing;

use super::failure::Failure;
use crate::password::MAX_PASSWORD_BYTES;
use crate::secret::Secret;

/// The first line of a pipe, or what a person types twice at the terminal.
pub(super) fn read_new_password(from_stdin: bool) -> Result<Secret, Failure> {
    if from_stdin { first_line(std::io::stdin().lock()) } else { typed_twice() }
}

/// One line ending is dropped; anything after the first line is refused, because it was surely not meant.
fn first_line(input: impl BufRead) -> Result<Secret, Failure> {
    // One byte more than the longest password and its line ending, to see what is too long.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_PASSWORD_BYTES + 3));
    input.take(MAX_PASSWORD_BYTES as u64 + 3).read_to_end(&mut bytes).map_err(Failure::failed)?;
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.contains(&b'\n') {
        return Err(Failure::wrong_use("standard input has more than one line: give the password alone"));
    }
    match std::str::from_utf8(line) {
        Ok(text) => Ok(Secret::new(text.to_owned())),
        Err(_) => Err(Failure::wrong_use("the password on standard input is not UTF-8")),
    }
}

fn typed_twice() -> Result<Secret, Failure> {
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|cause| {
            Failure::wrong_use(format!("cannot ask for the password ({cause}): use a terminal or --password-stdin"))
        })
    };
    let first = ask("Password: ")?;
    let second = ask("The same again: ")?;
    if *first != *second {
        return Err(Failure::failed("the two passwords are not the same: nothing was changed"));
    }
    Ok(Secret::new(first.as_str().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &[u8], expected: Option<&str>) {
        let read = first_line(input).ok();
        assert_eq!(read.as_ref().map(Secret::expose), expected, "{input:?}");
    }

    #[test]
    fn one_line_without_its_ending() {
        check(b"secret phrase", Some("secret phrase"));
        check(b"secret phrase\n", Some("secret phrase"));
        check(b"secret phrase\r\n", Some("secret phrase"));
        check(b" spaces count \n", Some(" spaces count "));
        check(b"", Some(""));
        check(b"one\ntwo\n", None);
        check(b"\xFF\n", None);
    }

    #[test]
    fn what_is_too_long_stays_too_long() {
        let long = vec![b'x'; 5000];
        assert!(first_line(&long[..]).unwrap().expose().len() > MAX_PASSWORD_BYTES);
    }
}
