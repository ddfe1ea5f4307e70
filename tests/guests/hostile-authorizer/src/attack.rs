//! The attacks by name. Never one that a test does not run.

use serde::Deserialize;
use witgate_plugin::{Decision, Refusal};

use crate::{bombs, floods, memory};

/// A message so long that it alone passes `host-call-bytes` (1 MiB where nothing else is said).
const HUGE_MESSAGE_BYTES: usize = 2 << 20;
/// A message that crosses the boundary, and that no refusal may have.
const LONG_MESSAGE_BYTES: usize = 100_000;

/// One way to attack the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attack {
    /// panics
    Trap,
    /// never returns
    Loop,
    /// works for about a millisecond, and is innocent
    Busy,
    /// takes and touches memory until it is refused
    Memory,
    /// calls itself until the stack ends
    Stack,
    /// asks the host for a large header again and again
    HostCalls,
    /// writes short lines into the operator's log
    LogLines,
    /// writes ten lines, which one call may
    LogSome,
    /// writes long ones
    LogBytes,
    /// writes one line of two lines
    LogInjection,
    /// refuses with a message of two megabytes
    HugeMessage,
    /// refuses with a message that is too long
    LongMessage,
    /// refuses with a line break in the code
    InjectCode,
    /// refuses with line breaks in the message
    InjectMessage,
    /// refuses with a success
    RefuseWithSuccess,
    /// denies unless the caller's claims are there
    NeedClaims,
    /// remembers this caller's header and denies with that of the caller before
    Remember,
}

impl Attack {
    /// The attack that a header names.
    pub fn named(name: &str) -> Option<Self> {
        let all = [
            ("trap", Self::Trap),
            ("loop", Self::Loop),
            ("busy", Self::Busy),
            ("memory", Self::Memory),
            ("stack", Self::Stack),
            ("host-calls", Self::HostCalls),
            ("log-lines", Self::LogLines),
            ("log-some", Self::LogSome),
            ("log-bytes", Self::LogBytes),
            ("log-injection", Self::LogInjection),
            ("huge-message", Self::HugeMessage),
            ("long-message", Self::LongMessage),
            ("inject-code", Self::InjectCode),
            ("inject-message", Self::InjectMessage),
            ("refuse-with-success", Self::RefuseWithSuccess),
            ("need-claims", Self::NeedClaims),
            ("remember", Self::Remember),
        ];
        all.into_iter().find(|(known, _)| *known == name).map(|(_, attack)| attack)
    }

    /// Does it. What returns is the decision, and often only the host's to judge.
    pub fn run(self) -> Decision {
        let denied = |code: &str, message: String| Decision::Deny(Refusal::forbidden(code, message));
        match self {
            Self::Trap => panic!("x-attack asked for a trap"),
            Self::Loop => bombs::spin(),
            Self::Busy => bombs::work_a_little(),
            Self::Memory => bombs::hoard(),
            Self::Stack => bombs::dive_for_ever(),
            Self::HostCalls => floods::ask_for_ever(),
            Self::LogLines => floods::log_many(),
            Self::LogSome => floods::log_some(),
            Self::LogBytes => floods::log_much(),
            Self::LogInjection => floods::log_two_lines(),
            Self::HugeMessage => denied("huge", "m".repeat(HUGE_MESSAGE_BYTES)),
            Self::LongMessage => denied("long", "m".repeat(LONG_MESSAGE_BYTES)),
            Self::InjectCode => denied("a\r\nset-cookie: b=c", "No.".to_owned()),
            Self::InjectMessage => denied("injected", "No.\r\nset-cookie: b=c\r\n\r\n<script>".to_owned()),
            Self::RefuseWithSuccess => Decision::Deny(Refusal::new(200, "fine", "Come in.")),
            Self::NeedClaims => memory::need_claims(),
            Self::Remember => memory::remember(),
        }
    }
}
