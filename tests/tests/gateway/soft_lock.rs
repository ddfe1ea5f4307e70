//! Wrong passwords lock the address that they come from, seen through the gateway, and nobody else's. Never counted for
//! the gateway itself: then one person could lock all.

use std::net::IpAddr;

use serde_json::json;
use witgate_tests::{Stack, StackBuilder, users};

/// A source may be wrong so often before its first lock (auth/service/README.md).
const FREE: usize = 20;

fn login_route(auth: &str) -> String {
    format!(
        "[upstreams.auth]\nurl = \"{auth}\"\n\
         [[routes]]\nname = \"login\"\npath = \"/login\"\nmethods = [\"POST\"]\nupstream = \"auth\"\npublic = true\n"
    )
}

/// A person at this loopback address: the whole 127.0.0.0/8 is ours, and only 127.0.0.1 is a trusted proxy.
struct Person(reqwest::Client);

impl Person {
    fn at(address: &str) -> Person {
        let address: IpAddr = address.parse().expect("an address");
        Person(reqwest::Client::builder().local_address(address).no_proxy().build().expect("a client"))
    }

    async fn signs_in(&self, stack: &Stack, name: &str, password: &str) -> u16 {
        // What a client says of itself is stripped by the gateway.
        let request = self.0.post(format!("{}/login", stack.gateway_url())).header("x-forwarded-for", "192.0.2.7");
        let answer = request.json(&json!({ "username": name, "password": password })).send().await;
        answer.expect("an answer to the login").status().as_u16()
    }
}

/// Wrong passwords until the lock: it begins with a second and doubles, so even a slow machine meets it.
async fn guess_until_locked(stack: &Stack, guesser: &Person) -> usize {
    for n in 0..2 * FREE {
        // Each name once: the account's own lock is not what is tried here.
        if guesser.signs_in(stack, &format!("nobody-{n}"), "a wrong guess").await == 429 {
            return n;
        }
    }
    panic!("no lock after {} wrong passwords", 2 * FREE);
}

#[tokio::test]
async fn a_lock_is_for_the_person_and_not_for_the_gateway() {
    let stack = StackBuilder::new().with(&login_route("@AUTH@")).start().await;
    let (guesser, owner) = (Person::at("127.0.0.2"), Person::at("127.0.0.3"));
    assert!(guess_until_locked(&stack, &guesser).await > FREE);
    let right = users::named("alice").password;
    assert_eq!(owner.signs_in(&stack, "alice", right).await, 200, "someone else at the same gateway");
    let log = std::fs::read_to_string(stack.folder().join("witgate-auth.log")).expect("the log");
    let locked = log.lines().find(|line| line.contains("\"login_locked\"")).expect("the lock in the log");
    assert!(locked.contains("\"source\":\"127.0.0.2\""), "{locked}");
}
