#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::signing::SigningKey;
    use crate::store::{NewUser, REFRESH_GRACE};

    const NOW: UnixSeconds = 1_800_000_000;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    async fn grants_with_alice() -> (tempfile::TempDir, Grants) {
        let temp = tempfile::tempdir().unwrap();
        let toml = "issuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"";
        let config = Config::parse(&temp.path().join("auth.toml"), toml).unwrap();
        let (store, passwords) = (Store::open(&temp.path().join("auth.sqlite")).unwrap(), Passwords::new().unwrap());
        let password_hash = passwords.hash(secret("correct horse")).await.unwrap();
        let roles = vec!["customer".to_owned()];
        let alice = NewUser { name: "alice".into(), email: None, password_hash, roles, tenant: "acme".into() };
        store.add_user(alice, NOW).await.unwrap();
        let (kid, der) = SigningKey::generate().unwrap();
        let issuer = TokenIssuer::new(&config, SigningKey::from_pkcs8(&kid, &der).unwrap());
        (temp, Grants::new(store, passwords, issuer))
    }

    /// Structure instead of a stop watch: each failure does exactly one verification, like a success.
    #[tokio::test]
    async fn every_sign_in_costs_one_verification() {
        let (_temp, grants) = grants_with_alice().await;
        let attempts =
            [("alice", "correct horse", true), ("alice", "wrong horse", false), ("nobody", "correct horse", false)];
        for (count, (name, password, succeeds)) in (1..).zip(attempts) {
            assert_eq!(grants.sign_in(name, secret(password), NOW).await.is_ok(), succeeds, "{name} {password}");
            assert_eq!(grants.verified_passwords_total(), count, "{name} {password}");
        }
        grants.store.disable_user("alice".into(), NOW).await.unwrap();
        let disabled = grants.sign_in("alice", secret("correct horse"), NOW).await;
        assert!(matches!(disabled, Err(GrantError::InvalidCredentials)));
        assert_eq!(grants.verified_passwords_total(), 4);
    }

    #[tokio::test]
    async fn a_user_disabled_between_check_and_session_gets_none() {
        let (_temp, grants) = grants_with_alice().await;
        let user = grants.store.credentials("alice".into()).await.unwrap().unwrap().user;
        grants.store.disable_user("alice".into(), NOW).await.unwrap();
        let refused = grants.open(Session { sid: "s".into(), created_at: NOW, user }).await;
        assert!(matches!(refused, Err(GrantError::InvalidCredentials)));
    }

    #[tokio::test]
    async fn a_lost_answer_is_given_again_within_the_grace_and_to_the_second() {
        let (_temp, grants) = grants_with_alice().await;
        let last_moment = NOW + REFRESH_GRACE - 1;
        let first = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        grants.refresh(&first.refresh_token, NOW).await.expect("the answer is lost");
        grants.refresh(&first.refresh_token, last_moment).await.expect("within the grace, and lost again");
        let too_late = grants.refresh(&first.refresh_token, NOW + REFRESH_GRACE).await;
        assert!(matches!(too_late, Err(GrantError::InvalidGrant)), "a repetition does not prolong the grace");
    }

    #[tokio::test]
    async fn only_the_last_answer_counts_and_the_others_are_never_excused() {
        let (_temp, grants) = grants_with_alice().await;
        let first = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        let withdrawn = grants.refresh(&first.refresh_token, NOW).await.unwrap();
        let current = grants.refresh(&first.refresh_token, NOW).await.unwrap();
        let current = grants.refresh(&current.refresh_token, NOW).await.expect("the last answer is good");
        assert!(grants.refresh(&withdrawn.refresh_token, NOW).await.is_err(), "the one before is void");
        assert!(grants.refresh(&current.refresh_token, NOW).await.is_err(), "and has ended the session");
    }

    #[tokio::test]
    async fn a_clock_that_was_set_back_excuses_nothing() {
        let (_temp, grants) = grants_with_alice().await;
        let first = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        grants.refresh(&first.refresh_token, NOW).await.unwrap();
        assert!(grants.refresh(&first.refresh_token, NOW - 1).await.is_err());
    }

    #[tokio::test]
    async fn idle_and_absolute_limits_hold_to_the_second() {
        let (_temp, grants) = grants_with_alice().await;
        let idle = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        assert!(grants.refresh(&idle.refresh_token, NOW + SESSION_LIMITS.idle).await.is_err());
        let mut last = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        for day in [13, 26] {
            last = grants.refresh(&last.refresh_token, NOW + day * DAY_SECONDS).await.expect("used in time");
        }
        let end = NOW + SESSION_LIMITS.absolute;
        last = grants.refresh(&last.refresh_token, end - 1).await.expect("one second before the end");
        assert!(matches!(grants.refresh(&last.refresh_token, end).await, Err(GrantError::InvalidGrant)));
    }
}
