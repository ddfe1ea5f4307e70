//! What one call asked the host, in order, and what it was told: under this its answer may be kept.
//!
//! Never outlives the call, and never shown: the answers may be credentials.

use std::sync::Arc;

use witgate_token::Demands;

use super::reading::What;

/// Questions of one call; one that asks more is not kept.
const MOST_QUESTIONS: usize = 256;
/// Answers of one call, in bytes; one that is told more is not kept.
pub(super) const MOST_ANSWER_BYTES: usize = 64 * 1024;

/// What a text in memory of its own takes beside its bytes: the allocator's share.
pub(super) const TEXT_BYTES: usize = 24;

/// What a policy demands of a token; as an error where an algorithm is not one we know.
pub(super) type Demanded = Result<Demands, Demands>;

/// A profile, and what is demanded beyond it.
pub(super) type Wanted = Arc<(String, Demanded)>;

/// One thing that a policy may ask about its request, and is told the same of an equal request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    Method,
    Path,
    Route,
    Header(Box<str>),
    HeaderValues(Box<str>),
    QueryParam(Box<str>),
    Authority,
    PeerAddress,
    Attribute(Box<str>),
    Claim(Box<str>),
    Scope(Box<str>),
    TokenHeader,
    Issuer,
    Profile,
    /// asked anew of the keyring each time: a token expires, and is revoked
    Verification(Wanted),
}

/// What a read means for whoever wants to keep the answer.
pub(super) enum Kind {
    /// A question that can be asked again.
    Question(Question),
    /// The same for all calls of a plugin.
    Constant,
    /// Told apart: its outcome changes the exchange.
    Verification,
    /// Another answer each time, or a deed.
    Passing,
}

impl Question {
    /// What a read was.
    pub(super) fn of(what: What, name: &str) -> Kind {
        Kind::Question(match what {
            What::Method => Self::Method,
            What::Path => Self::Path,
            What::Route => Self::Route,
            What::Header => Self::Header(name.into()),
            What::HeaderValues => Self::HeaderValues(name.into()),
            What::QueryParam => Self::QueryParam(name.into()),
            What::Authority => Self::Authority,
            What::PeerAddress => Self::PeerAddress,
            What::Attribute => Self::Attribute(name.into()),
            What::Claim => Self::Claim(name.into()),
            What::Scope => Self::Scope(name.into()),
            What::TokenHeader => Self::TokenHeader,
            What::Issuer => Self::Issuer,
            What::Profile => Self::Profile,
            What::Verification => return Kind::Verification,
            What::Environment => return Kind::Constant,
            What::Clock | What::Random | What::Store | What::Http => return Kind::Passing,
        })
    }

    /// What keeping it takes beside its own size, in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Header(name)
            | Self::HeaderValues(name)
            | Self::QueryParam(name)
            | Self::Attribute(name)
            | Self::Claim(name)
            | Self::Scope(name) => TEXT_BYTES + name.len(),
            Self::Verification(wanted) => {
                let (Ok(demands) | Err(demands)) = &wanted.1;
                let texts = demands.audiences.iter().chain(&demands.required_claims);
                let texts = texts.map(|text| TEXT_BYTES + size_of::<String>() + text.len());
                size_of::<(String, Demanded)>() + TEXT_BYTES + wanted.0.len() + texts.sum::<usize>()
            }
            _ => 0,
        }
    }
}

/// The questions of one call and their answers.
#[derive(Default)]
pub(super) struct Transcript {
    asked: Vec<(Question, usize)>,
    /// all answers, one after the other
    answers: Vec<u8>,
    /// whether the call did or learned something that no equal request repeats
    passing: bool,
}

impl Transcript {
    /// Notes a question; `answer` writes its answer.
    pub(super) fn note(&mut self, question: Question, answer: impl FnOnce(&Question, &mut Vec<u8>)) {
        if self.passing {
            return;
        }
        answer(&question, &mut self.answers);
        self.asked.push((question, self.answers.len()));
        if self.asked.len() > MOST_QUESTIONS || self.answers.len() > MOST_ANSWER_BYTES {
            self.spoil();
        }
    }

    /// The call's answer must not be kept.
    pub(super) fn spoil(&mut self) {
        *self = Self { passing: true, ..Self::default() };
    }

    /// Whether the call's answer may be kept.
    pub(super) fn is_repeatable(&self) -> bool {
        !self.passing
    }

    /// How many questions there are.
    pub(super) fn len(&self) -> usize {
        self.asked.len()
    }

    /// The question at a place.
    pub(super) fn question(&self, at: usize) -> &Question {
        &self.asked[at].0
    }

    /// The answers to the questions from one place up to another.
    pub(super) fn answers(&self, from: usize, to: usize) -> &[u8] {
        let end = |count: usize| count.checked_sub(1).map_or(0, |last| self.asked[last].1);
        &self.answers[end(from)..end(to)]
    }
}
