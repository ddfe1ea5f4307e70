//! Signing out. Never tells whether the token was known.

use super::both::on_both;
use super::service::{Folder, Service};

on_both!(logout_ends_the_session_and_always_says_204, a_spent_token_signs_its_session_out_too,);

async fn logout_ends_the_session_and_always_says_204(folder: Folder) {
    let service = Service::start(&folder).await;
    let (token, other) = (service.alice().await, service.alice().await);
    for _ in 0..2 {
        let answer = service.logout(&token).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    }
    assert_eq!(service.logout("no token at all").await.status, 204);
    assert_eq!(service.logout(&format!("wgr_{}", "A".repeat(43))).await.status, 204);
    service.refresh(&token).await.is_problem(401, "invalid_grant");
    assert_eq!(service.refresh(&other).await.status, 200, "only the one session has ended");
    assert_eq!(folder.number("SELECT count(*) FROM sessions WHERE end_reason = 'logout'"), 1);
}

async fn a_spent_token_signs_its_session_out_too(folder: Folder) {
    let service = Service::start(&folder).await;
    let spent = service.alice().await;
    let current = service.refresh(&spent).await.string("refresh_token");
    assert_eq!(service.logout(&spent).await.status, 204);
    service.refresh(&current).await.is_problem(401, "invalid_grant");
}
