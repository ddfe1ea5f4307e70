//! The second page of a sign-in, for accounts with a second factor. Never sees the password again after the first one.

use super::both::on_both;
use super::browser::{Browser, answered, hidden, portals, register};
use super::second_factor::{Enrolled, code_of, enrolled, wrong_code};
use super::service::{Answer, Folder};

on_both!(an_account_with_a_factor_is_asked_for_its_code);

const PASSWORD: [(&str, &str); 2] = [("username", "alice"), ("password", "correct horse")];

async fn ready(folder: &Folder) -> (Enrolled, Browser) {
    register(folder);
    let enrolled = enrolled(folder).await;
    let browser = Browser::of(&enrolled.service);
    (enrolled, browser)
}

#[track_caller]
fn asks_for_a_code(page: &Answer) {
    assert!(page.text.contains("autocomplete=\"one-time-code\""), "{page:?}");
    assert!(!page.text.contains("correct horse"), "{page:?}");
}

async fn an_account_with_a_factor_is_asked_for_its_code(folder: Folder) {
    let (alice, mut browser) = ready(&folder).await;
    let first = browser.get(&portals(&[])).await;
    let second = browser.submit(&first, &PASSWORD).await;
    assert_eq!(second.status, 200, "{second:?}");
    asks_for_a_code(&second);
    assert_eq!(folder.number("SELECT count(*) FROM browser_sessions"), 0, "the password alone signs nobody in");
    let wrong = browser.submit(&second, &[("otp", &wrong_code(&alice.secret))]).await;
    assert!(wrong.status == 403 && wrong.text.contains("The code is wrong"), "{wrong:?}");
    asks_for_a_code(&wrong);
    let planted = browser.cookie.clone();
    let done = browser.submit(&wrong, &[("otp", &code_of(&alice.secret, 0))]).await;
    assert_ne!(browser.cookie, planted);
    assert!(answered(&browser.follow(&done).await, "code").is_some());
    let amr = "SELECT count(*) FROM authorization_codes WHERE amr LIKE '%otp%' AND amr LIKE '%pwd%'";
    assert_eq!(folder.number(amr), 1);
}

#[tokio::test]
async fn a_recovery_code_does_as_well() {
    let folder = Folder::with_alice().await;
    let (alice, mut browser) = ready(&folder).await;
    let first = browser.get(&portals(&[])).await;
    let second = browser.submit(&first, &PASSWORD).await;
    let done = browser.submit(&second, &[("otp", &alice.recovery[0])]).await;
    assert!(answered(&browser.follow(&done).await, "code").is_some());
}

/// What was sealed on the first page is of use to nobody else, and not for long.
#[tokio::test]
async fn the_second_page_needs_the_first_one_in_this_browser() {
    let folder = Folder::with_alice().await;
    let (alice, mut browser) = ready(&folder).await;
    let first = browser.get(&portals(&[])).await;
    let second = browser.submit(&first, &PASSWORD).await;
    let sealed = hidden(&second).into_iter().find(|(name, _)| name == "first_step").unwrap().1;
    assert!(!sealed.contains("correct") && sealed.len() > 60, "{sealed}");
    let code = code_of(&alice.secret, 0);
    let mut changed = sealed.clone();
    changed.replace_range(40..41, if &sealed[40..41] == "A" { "B" } else { "A" });
    for forged in [changed.as_str(), "AAAA", "%", "{}"] {
        let answer = browser.submit(&second, &[("first_step", forged), ("otp", &code)]).await;
        assert!(answer.status == 403 && answer.text.contains("Sign in again"), "{forged}: {answer:?}");
    }
    let mut other = Browser::of(&alice.service);
    let page = other.get(&portals(&[])).await;
    let answer = other.submit(&page, &[("first_step", &sealed), ("otp", &code)]).await;
    assert!(answer.status == 403 && answer.text.contains("Sign in again"), "{answer:?}");
    let empty = browser.submit(&second, &[("otp", "")]).await;
    assert_eq!(empty.status, 403, "an empty code is a wrong one");
    assert_eq!(folder.number("SELECT count(*) FROM browser_sessions"), 0);
    assert!(!folder.log().contains(&sealed) && !folder.log().contains("correct horse"));
    let done = browser.submit(&second, &[("otp", &code)]).await;
    assert_eq!(done.status, 303, "{done:?}");
}
