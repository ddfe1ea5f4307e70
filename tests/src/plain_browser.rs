//! A browser without windows and scripts: it keeps cookies, follows redirects, and fills in the forms that it is shown.
//! Never knows a protocol: what it sends is what the pages say.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, Url, redirect::Policy};

use crate::users::User;

/// The longest that one request may take.
const REQUEST_DEADLINE: Duration = Duration::from_secs(20);
/// More pages than any sign-in has.
const MOST_PAGES: usize = 10;

/// A browser of its own: cookies by host and port, no scripts.
pub struct PlainBrowser {
    http: Client,
    cookies: HashMap<String, HashMap<String, String>>,
}

/// Where a browser came to.
pub enum Arrival {
    /// A page, with its address.
    Page(Url, String),
    /// An address that starts with what was waited for; it was not opened.
    At(Url),
}

impl Default for PlainBrowser {
    fn default() -> PlainBrowser {
        let http = Client::builder().redirect(Policy::none()).timeout(REQUEST_DEADLINE).no_proxy().build();
        PlainBrowser { http: http.expect("an HTTP client"), cookies: HashMap::new() }
    }
}

impl PlainBrowser {
    /// Opens `address`, signs `user` in where a form asks for it, agrees where one asks for that, until it is sent to
    /// `back`. Gives that address with what was added to it.
    pub async fn sign_in(&mut self, address: &str, user: &User, back: &str) -> Url {
        let mut arrival = self.open(Url::parse(address).expect("an address"), back).await;
        for _ in 0..MOST_PAGES {
            let (place, page) = match arrival {
                Arrival::At(found) => return found,
                Arrival::Page(place, page) => (place, page),
            };
            let form = Form::first(&page).unwrap_or_else(|| panic!("{place} has no form: {page}"));
            arrival = self.send(&place, &form.filled_in(user), back).await;
        }
        panic!("{address} never led to {back}");
    }

    /// Opens an address and follows where it leads.
    pub async fn open(&mut self, address: Url, back: &str) -> Arrival {
        let request = self.http.get(address.clone()).header("sec-fetch-site", "none");
        let answer = self.with_cookies(&address, request).send().await.expect("a page");
        self.follow(address, answer, back).await
    }

    async fn send(&mut self, page: &Url, form: &Form, back: &str) -> Arrival {
        let address = page.join(&form.action).expect("a form's address");
        let body = url_encoded(&form.fields);
        let request = self.http.post(address.clone()).header("content-type", "application/x-www-form-urlencoded");
        let origin = page.origin().ascii_serialization();
        let request = request.header("origin", origin).header("sec-fetch-site", "same-origin").body(body);
        let answer = self.with_cookies(&address, request).send().await.expect("an answer to a form");
        self.follow(address, answer, back).await
    }

    async fn follow(&mut self, mut address: Url, mut answer: Response, back: &str) -> Arrival {
        for _ in 0..MOST_PAGES {
            self.keep_cookies(&address, &answer);
            if !answer.status().is_redirection() {
                return Arrival::Page(address, answer.text().await.expect("a page's text"));
            }
            let location = answer.headers()["location"].to_str().expect("an address");
            address = address.join(location).expect("an address");
            if address.as_str().starts_with(back) {
                return Arrival::At(address);
            }
            answer = self.with_cookies(&address, self.http.get(address.clone())).send().await.expect("a page");
        }
        panic!("too many redirects, at last to {address}");
    }

    fn with_cookies(&self, address: &Url, request: RequestBuilder) -> RequestBuilder {
        let Some(cookies) = self.cookies.get(address.authority()).filter(|cookies| !cookies.is_empty()) else {
            return request;
        };
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.header("cookie", pairs.join("; "))
    }

    fn keep_cookies(&mut self, address: &Url, answer: &Response) {
        let jar = self.cookies.entry(address.authority().to_owned()).or_default();
        for line in answer.headers().get_all("set-cookie") {
            let line = line.to_str().expect("a cookie of plain text");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if line.to_ascii_lowercase().contains("max-age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// A form of a page, with what is in it already.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    fn first(page: &str) -> Option<Form> {
        let form = &page[page.find("<form")?..];
        let form = &form[..form.find("</form>")?];
        let inputs = tags(form, "input")
            .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default())));
        // One button sends the form: the one that agrees.
        let agrees = tags(form, "button").find(|tag| attribute(tag, "value").as_deref() == Some("allow"));
        let button = agrees.and_then(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)));
        let fields = inputs.chain(button).collect();
        let action = attribute(form.split('>').next()?, "action").unwrap_or_default();
        Some(Form { action, fields })
    }

    fn filled_in(mut self, user: &User) -> Form {
        for (name, value) in &mut self.fields {
            match name.as_str() {
                "username" => user.name.clone_into(value),
                "password" => user.password.clone_into(value),
                _ => {}
            }
        }
        self
    }
}

/// What stands in the tags of this name.
fn tags<'a>(form: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    form.split(&format!("<{name}"))
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap_or_default())
        .collect::<Vec<_>>()
        .into_iter()
}

/// The value of an attribute of a tag, with its references resolved.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let value = rest.split('"').next()?;
    let references = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#38;", "&"),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    Some(references.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to)))
}

fn url_encoded(fields: &[(String, String)]) -> String {
    let mut url = Url::parse("http://form.test/").expect("an address");
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_with_its_hidden_fields_and_the_button_that_agrees() {
        let page = r#"<p><form method="post" action="/oauth/sign-in?a=1&amp;b=2">
            <input type="hidden" name="csrf" value="x&quot;y"><input name="username"><button name="do" value="deny">D</button>
            <button name="do" value="allow">A</button></form><form action="/other"></form>"#;
        let form = Form::first(page).expect("a form");
        assert_eq!(form.action, "/oauth/sign-in?a=1&b=2");
        let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(fields, [("csrf", "x\"y"), ("username", ""), ("do", "allow")]);
    }
}
