//! The portal's binary as a child process. Never leaves one behind: it is killed when the test ends.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, Method, RequestBuilder, Response, Url, redirect::Policy};
use serde_json::Value;

use crate::stub_auth::StubAuth;

/// The longest that a start or a stop may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// A running portal.
pub struct Portal {
    /// Its base URL.
    pub url: String,
    child: Child,
    client: Client,
}

impl Portal {
    /// A portal for the auth service `auth`.
    pub async fn start(auth: &StubAuth) -> Self {
        Self::start_with(&auth.url, &[]).await
    }

    /// A portal for an auth service at `auth_url`, with more arguments.
    pub async fn start_with(auth_url: &str, extra: &[&str]) -> Self {
        let mut child = command(auth_url).args(["--listen", "127.0.0.1:0"]).args(extra).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let line = tokio::task::spawn_blocking(move || BufReader::new(stdout).lines().next());
        let line = tokio::time::timeout(DEADLINE, line).await.unwrap().unwrap().unwrap().unwrap();
        let url = line.strip_prefix("listening on ").unwrap().to_owned();
        let client = Client::builder().timeout(DEADLINE).redirect(Policy::none()).no_proxy().build().unwrap();
        Self { url, child, client }
    }

    /// A request as any client would send it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// A request as the portal's own page sends it.
    pub fn page_request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.request(method, path).header("origin", &self.url).header("sec-fetch-site", "same-origin");
        request.header("content-type", "application/json")
    }

    /// A request of the page with the refresh token `cookie`, the whole `name=value`.
    pub fn with_cookie(&self, method: Method, path: &str, cookie: &str) -> RequestBuilder {
        self.page_request(method, path).header("cookie", cookie)
    }

    /// Begins a sign-in as the page's link does: the authorization request, and the cookie that knows this browser.
    pub async fn begin(&self) -> (Url, String) {
        let request = self.request(Method::GET, "/portal/sign-in").header("sec-fetch-site", "same-origin");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 303);
        (Url::parse(location(&response)).unwrap(), set_cookie(&response).0)
    }

    /// What the browser gets when it comes back at `back` with the cookie of [`Portal::begin`].
    pub async fn finish(&self, back: &Url, cookie: &str) -> Response {
        let path = format!("{}?{}", back.path(), back.query().unwrap_or_default());
        let request = self.request(Method::GET, &path).header("sec-fetch-site", "cross-site");
        request.header("cookie", cookie).send().await.unwrap()
    }

    /// Signs alice in: the answer to her return.
    pub async fn sign_in(&self, auth: &StubAuth) -> Response {
        let (request, cookie) = self.begin().await;
        self.finish(&auth.authorize(&request), &cookie).await
    }

    /// Signs alice in: the cookie with her refresh token, the whole `name=value`.
    pub async fn signed_in(&self, auth: &StubAuth) -> String {
        let response = self.sign_in(auth).await;
        assert_eq!(location(&response), "/#signed-in");
        cookie_named(&response, "witgate_refresh").expect("a refresh cookie").0
    }

    /// Sends SIGTERM and waits for the end.
    pub async fn terminate(mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        wait(&mut self.child).await
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary with the flags it must have.
pub fn command(auth_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portal"));
    command.args(["--auth-url", auth_url, "--issuer", auth_url, "--jwks-url"]);
    command
        .env_remove("RUST_LOG")
        .arg(format!("{auth_url}/.well-known/jwks.json"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// The child's end, within the deadline.
pub async fn wait(child: &mut Child) -> ExitStatus {
    let until = Instant::now() + DEADLINE;
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    loop {
        tick.tick().await;
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < until, "the portal did not stop");
    }
}

/// The Location of a redirect.
pub fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

/// The `name=value` of the one Set-Cookie header, and its attributes in lower case.
pub fn set_cookie(response: &Response) -> (String, Vec<String>) {
    let mut all = set_cookies(response);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// The same of the Set-Cookie header that sets the cookie `name`, if there is one.
pub fn cookie_named(response: &Response, name: &str) -> Option<(String, Vec<String>)> {
    set_cookies(response).into_iter().find(|(pair, _)| pair.split('=').next() == Some(name))
}

fn set_cookies(response: &Response) -> Vec<(String, Vec<String>)> {
    let all = response.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let parsed = all.map(|text| {
        let mut parts = text.split("; ").map(str::to_owned);
        (parts.next().unwrap(), parts.map(|part| part.to_ascii_lowercase()).collect())
    });
    parsed.collect()
}

/// Asserts a problem document with this status and code, and gives it back.
pub async fn problem(response: Response, status: u16, code: &str) -> Value {
    assert_eq!(response.status().as_u16(), status);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let document: Value = response.json().await.unwrap();
    assert_eq!(document["code"], code, "{document}");
    assert_eq!(document["status"], status);
    document
}
