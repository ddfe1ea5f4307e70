//! The portal's page under the hands of a person: clicks, words, what can be seen, and pictures of it.
//! Never reaches into the page's own variables: those are module-private, as they should be.

use std::{fs, path::PathBuf, str::FromStr, time::Duration};

use fantoccini::{
    Client, Locator,
    elements::Element,
    wd::{WebDriverCompatibleCommand, WindowHandle},
};
use reqwest::{Method, Url};
use serde_json::{Value, json};
use witgate_tests::{deadline, programs};

use crate::browser::Browser;

/// The longest that anything on the page may take.
const LOOK_DEADLINE: Duration = Duration::from_secs(30);
/// Window sizes of the pictures: name, width and height in CSS pixels.
const SIZES: [(&str, u32, u32); 2] = [("desktop", 1200, 800), ("phone", 375, 760)];

/// The page at one address.
pub struct Page<'a> {
    client: &'a Client,
    url: &'a str,
}

impl<'a> Page<'a> {
    /// The portal behind the gateway at `url`.
    pub fn new(browser: &'a Browser, url: &'a str) -> Page<'a> {
        Page { client: &browser.client, url }
    }

    /// Opens the portal.
    pub async fn open(&self) {
        self.resize(SIZES[0].1, SIZES[0].2).await;
        self.client.goto(&format!("{}/", self.url)).await.expect("the portal opens");
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("the page loads again");
    }

    /// Follows the link to the sign-in service.
    pub async fn begin_sign_in(&self) {
        self.click("#sign-in").await;
        self.until("document.querySelector('input[name=password]')", "the sign-in service's form").await;
    }

    /// Types name and password into the sign-in service's form and sends it.
    pub async fn sign_in(&self, name: &str, password: &str) {
        for (field, text) in [("input[name=username]", name), ("input[name=password]", password)] {
            let field = self.element(field).await;
            field.clear().await.expect("an empty field");
            field.send_keys(text).await.expect("typed text");
        }
        self.click("form button[type=submit]").await;
    }

    /// Clicks what this selector finds first.
    pub async fn click(&self, css: &str) {
        self.element(css).await.click().await.unwrap_or_else(|error| panic!("click on {css}: {error}"));
    }

    /// The visible text of what this selector finds first.
    pub async fn text(&self, css: &str) -> String {
        self.element(css).await.text().await.expect("an element's text")
    }

    /// What a JavaScript expression gives.
    pub async fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until a JavaScript expression is truthy. While one page gives way to another there is none to ask.
    pub async fn until(&self, expression: &str, what: &str) {
        let script = format!("return Boolean({expression});");
        let look = || async {
            let found = self.client.execute(&script, Vec::new()).await;
            (found.ok() == Some(json!(true))).then_some(())
        };
        deadline::until(LOOK_DEADLINE, what, look).await;
    }

    /// Waits until the text of what `css` finds contains `words`.
    pub async fn until_text(&self, css: &str, words: &str) {
        let (css, text) = (json!(css), json!(words));
        let expression = format!("document.querySelector({css})?.innerText.includes({text})");
        self.until(&expression, &format!("{css} says {text}")).await;
    }

    /// Saves the whole page as `NAME-desktop.png` and `NAME-phone.png`, which must not scroll sideways.
    pub async fn pictures(&self, name: &str) {
        for (size, width, height) in SIZES {
            self.resize(width, height).await;
            let whole = self.value("document.documentElement.scrollHeight").await.as_u64().expect("a height");
            self.resize(width, height.max(u32::try_from(whole).expect("a height in pixels"))).await;
            let used = self.value("document.documentElement.scrollWidth").await.as_u64().expect("a width");
            assert!(used <= u64::from(width), "{name} is {used} pixels wide on a {size} of {width}");
            let png = self.client.screenshot().await.expect("a picture");
            fs::write(folder().join(format!("{name}-{size}.png")), png).expect("a saved picture");
        }
        self.resize(SIZES[0].1, SIZES[0].2).await;
    }

    /// The address in the address bar.
    pub async fn address(&self) -> Url {
        self.client.current_url().await.expect("an address")
    }

    /// Opens any address.
    pub async fn open_at(&self, address: &str) {
        self.client.goto(address).await.expect("the page opens");
    }

    /// The tab in front.
    pub async fn this_tab(&self) -> WindowHandle {
        self.client.window().await.expect("the tab in front")
    }

    /// Opens the portal in one more tab, which comes to the front.
    pub async fn open_tab(&self) {
        let tab = self.client.new_window(true).await.expect("one more tab");
        self.switch_to(&tab.handle).await;
        self.open().await;
    }

    /// Brings a tab to the front.
    pub async fn switch_to(&self, tab: &WindowHandle) {
        self.client.switch_to_window(tab.clone()).await.expect("the other tab");
    }

    async fn element(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(LOOK_DEADLINE).for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("no {css}: {error}"))
    }

    async fn resize(&self, width: u32, height: u32) {
        self.client.issue_cmd(Resize { width, height }).await.expect("another window size");
    }
}

fn folder() -> PathBuf {
    let folder = programs::root().join("target").join("screenshots");
    fs::create_dir_all(&folder).expect("a folder for the pictures");
    folder
}

/// Chromium's own command: WebDriver's cannot make a window narrower than about 500 pixels.
#[derive(Debug)]
struct Resize {
    width: u32,
    height: u32,
}

impl WebDriverCompatibleCommand for Resize {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let size = json!({ "width": self.width, "height": self.height, "deviceScaleFactor": 1, "mobile": false });
        let body = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size });
        (Method::POST, Some(body.to_string()))
    }
}
