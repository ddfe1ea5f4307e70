//! A request over a plain socket, and all of its answer but what must differ. Never a client that would tidy it up.

use witgate_tests::raw;

/// An answer of the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// the status
    pub status: u16,
    /// the id of the request, also in its log line
    pub id: String,
    /// head and body without the date and the id
    pub rest: String,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (head, _) = self.rest.split_once("\r\n\r\n")?;
        head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The body.
    pub fn body(&self) -> &str {
        self.rest.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }
}

/// `GET` with these header lines, on a connection of its own.
pub async fn get(gateway: &str, target: &str, lines: &[u8]) -> Answer {
    let head = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    let answer = raw::exchange(gateway, &[head.as_bytes(), lines, b"\r\n"].concat()).await;
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap_or_default().to_owned();
    let dated = |line: &&str| !line.starts_with("date: ");
    let rest = answer.split_inclusive('\n').filter(dated).collect::<String>();
    let rest = if id.is_empty() { rest } else { rest.replace(&id, "ID") };
    Answer { status: status.unwrap_or_else(|| panic!("no status in {answer:?}")), id, rest }
}
