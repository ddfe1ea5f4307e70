//! The portal in a real browser, through the real gateway: what a person does on a first visit.
//! Never against a stub: every program of the system runs. The screenshots stay in target/screenshots/.

mod browser;
mod page;

use std::time::Duration;

use serde_json::json;
use witgate_tests::{StackBuilder, skip, users};

use browser::Browser;
use page::Page;

/// Whether the page offers to sign in.
const SIGN_IN_VIEW: &str = "document.getElementById('view-sign-in')?.hidden === false";
/// The longest that the whole visit may take.
const VISIT_DEADLINE: Duration = Duration::from_secs(240);

#[tokio::test]
async fn a_person_signs_in_orders_and_signs_out() {
    if !["chromium", "chromedriver"].into_iter().all(skip::is_installed) {
        assert!(std::env::var_os("CI").is_none(), "the portal's browser test needs chromium and chromedriver");
        return skip::skip("portal in Chromium", "apt-get install chromium chromium-driver");
    }
    let stack = StackBuilder::new().signing_in().start().await;
    let browser = Browser::start().await;
    let page = Page::new(&browser, stack.gateway_url());
    tokio::time::timeout(VISIT_DEADLINE, visit(&page)).await.expect("the visit takes too long");
    browser.close().await;
}

async fn visit(page: &Page<'_>) {
    let alice = users::named("alice");
    page.open().await;
    page.until(SIGN_IN_VIEW, "the way to sign in").await;
    page.pictures("1-sign-in").await;
    an_answer_that_nobody_asked_for_is_told(page).await;

    page.begin_sign_in().await;
    page.pictures("1-sign-in-service").await;
    page.sign_in(alice.name, "not her password").await;
    page.until_text("[role=alert]", "password").await;
    page.sign_in(alice.name, alice.password).await;
    page.until_text("#who", alice.name).await;
    assert_eq!(
        (page.address().await.path(), page.address().await.query(), page.address().await.fragment()),
        ("/", None, None)
    );
    let ordered = order(page).await;
    find_order(page, &ordered).await;
    an_address_of_no_view_is_the_catalogue(page).await;
    read_token(page).await;

    nothing_is_left_for_scripts(page).await;
    page.reload().await;
    page.until_text("#who", alice.name).await;
    page.until("document.querySelector('[data-claim=sub]')", "still signed in after a reload").await;

    leave_in_another_tab(page).await;
    nothing_of_the_user_is_left(page).await;
    page.reload().await;
    page.until(SIGN_IN_VIEW, "signed out after a reload as well").await;
    page.begin_sign_in().await;
}

/// The page says what went wrong, once, and takes it out of the address. It never says words from there.
async fn an_answer_that_nobody_asked_for_is_told(page: &Page<'_>) {
    let home = page.address().await;
    page.open_at(home.join("/portal/callback?code=x&state=y").expect("an address").as_str()).await;
    page.until_text("#sign-in-problem", "too long").await;
    assert_eq!(page.address().await, home);
    page.open_at(home.join("/#problem=constructor").expect("an address").as_str()).await;
    page.reload().await;
    page.until(SIGN_IN_VIEW, "the way to sign in").await;
    assert_eq!(page.value("document.getElementById('sign-in-problem').hidden").await, json!(true));
}

/// Puts two of the first item in stock into the basket and orders them; gives the item's SKU.
async fn order(page: &Page<'_>) -> String {
    page.until("document.querySelector('[data-add]:not(:disabled)')", "the catalogue").await;
    page.until_text("#who", "alice").await;
    let sku = page.value("document.querySelector('[data-add]:not(:disabled)').dataset.add").await;
    let sku = sku.as_str().expect("a SKU").to_owned();
    assert!(page.text(&format!("tr[data-sku='{sku}'] .stock")).await.chars().any(|c| c.is_ascii_digit()));
    let add = format!("[data-add='{sku}']");
    page.click(&add).await;
    page.click(&add).await;
    page.pictures("2-catalogue").await;
    page.click("#place-order").await;
    page.until_text("#notice", "is placed").await;
    page.until("!document.getElementById('basket-empty').hidden", "an empty basket").await;
    sku
}

async fn find_order(page: &Page<'_>, sku: &str) {
    page.click("#nav a[href='#orders']").await;
    page.until("document.querySelector('[data-order]')", "the order").await;
    assert_eq!(page.value("document.querySelectorAll('[data-order]').length").await, json!(1));
    let text = page.text("[data-order]").await;
    assert!(text.contains(sku) && text.contains('2') && text.contains("Total"), "{text}");
    assert_eq!(page.value("document.getElementById('orders-all-label').hidden").await, json!(true), "no staff");
    page.pictures("3-orders").await;
}

/// "constructor" is something that every JavaScript object has, and no view.
async fn an_address_of_no_view_is_the_catalogue(page: &Page<'_>) {
    page.value("location.hash = 'constructor'").await;
    page.until("document.getElementById('view-orders').hidden", "another view").await;
    assert_eq!(page.value("document.getElementById('view-catalogue').hidden").await, json!(false));
}

async fn read_token(page: &Page<'_>) {
    page.click("#nav a[href='#token']").await;
    page.until("document.querySelector('[data-claim=sub]')", "the decoded token").await;
    let subject = page.text("[data-claim=sub] td").await;
    assert!(!subject.is_empty());
    assert_eq!(page.text("[data-claim=roles] td").await, "customer");
    assert_eq!(page.text("[data-claim=preferred_username] td").await, "alice");
    assert_eq!(page.text("[data-claim=alg] td").await, "ES256");
    page.pictures("4-token").await;
    renew(page).await;
    assert_eq!(page.text("[data-claim=sub] td").await, subject, "renewing changes the token, not the user");
}

/// No token where a foreign script could look, and no way to get such a script into the page.
async fn nothing_is_left_for_scripts(page: &Page<'_>) {
    assert_eq!(page.value("localStorage.length").await, json!(0));
    assert_eq!(page.value("sessionStorage.length").await, json!(0));
    assert_eq!(page.value("document.cookie").await, json!(""));
    let tokens = "Object.values(window).filter((one) => typeof one === 'string' && one.startsWith('eyJ')).length";
    assert_eq!(page.value(tokens).await, json!(0));
    let as_html = "(() => { try { document.createElement('p').innerHTML = '<b>x</b>'; return 'parsed'; } catch (error) { return error.name; } })()";
    assert_eq!(page.value(as_html).await, json!("TypeError"), "trusted types must be in force");
    let inline = "(() => { const script = document.createElement('script'); try { script.text = 'window.ran = true'; document.head.append(script); } catch { /* refused even earlier */ } return window.ran === undefined; })()";
    assert_eq!(page.value(inline).await, json!(true), "an inline script must not run");
}

/// Tabs share one session: renewing in both keeps both, and signing out in one signs out the other.
async fn leave_in_another_tab(page: &Page<'_>) {
    let first = page.this_tab().await;
    page.open_tab().await;
    page.until_text("#who", "alice").await;
    let second = page.this_tab().await;
    for tab in [&first, &second, &first, &second] {
        page.switch_to(tab).await;
        renew(page).await;
    }
    page.click("#sign-out").await;
    page.until("document.querySelector('form button[type=submit]')", "the sign-in service's question").await;
    page.pictures("5-sign-out-service").await;
    page.click("form button[type=submit]").await;
    page.until(SIGN_IN_VIEW, "the portal again").await;
    nothing_of_the_user_is_left(page).await;
    page.switch_to(&first).await;
    page.until_text("#notice", "signed out in another tab").await;
    page.until(SIGN_IN_VIEW, "the way to sign in again").await;
}

/// Renews the token and waits until the page shows the new one.
async fn renew(page: &Page<'_>) {
    page.click("#nav a[href='#token']").await;
    page.until("document.querySelector('[data-claim=jti]')", "the decoded token").await;
    let before = page.text("[data-claim=jti] td").await;
    page.click("#token-renew").await;
    let other = format!("document.querySelector('[data-claim=jti] td')?.innerText !== {}", json!(before));
    page.until(&other, "another token").await;
}

async fn nothing_of_the_user_is_left(page: &Page<'_>) {
    let left = "document.querySelectorAll('[data-order], [data-claim], [data-sku], [data-basket]').length";
    assert_eq!(page.value(left).await, json!(0));
    assert_eq!(page.text("#who").await, "");
}
