//! What the pages say, as values for the templates. Never text that is not escaped: the templates have no `safe` filter.

use askama::Template;

use super::scope_words::ScopeLine;

/// Name and password.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage<'a> {
    /// Who asks.
    pub(super) client: &'a str,
    /// What stands in the field already.
    pub(super) username: &'a str,
    /// What went wrong before.
    pub(super) notice: Option<String>,
    /// The authorization request, as a query.
    pub(super) request: &'a str,
    pub(super) csrf: String,
}

/// The code of the second factor.
#[derive(Template)]
#[template(path = "second_step.html")]
pub(super) struct SecondStepPage<'a> {
    pub(super) client: &'a str,
    pub(super) username: &'a str,
    pub(super) notice: Option<String>,
    /// What was typed on the page before, sealed.
    pub(super) first_step: String,
    pub(super) request: &'a str,
    pub(super) csrf: String,
}

/// May this client have that?
#[derive(Template)]
#[template(path = "consent.html")]
pub(super) struct ConsentPage<'a> {
    pub(super) client: &'a str,
    pub(super) username: &'a str,
    /// Where the user is sent afterwards.
    pub(super) host: String,
    pub(super) lines: Vec<ScopeLine>,
    /// The scopes of the lines, separated by spaces.
    pub(super) scope: String,
    pub(super) request: &'a str,
    pub(super) csrf: String,
}

/// Sign out?
#[derive(Template)]
#[template(path = "sign_out.html")]
pub(super) struct SignOutPage<'a> {
    pub(super) username: &'a str,
    pub(super) request: &'a str,
    pub(super) csrf: String,
}

/// A few words, and perhaps a way on.
#[derive(Template)]
#[template(path = "message.html")]
pub(super) struct MessagePage<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    /// The query of an authorization request to begin again with.
    pub(super) again: Option<&'a str>,
}
