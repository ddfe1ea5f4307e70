//! Registering applications on the command line: what goes in is used, and what cannot be says why. Never leaves a file
//! or a row of a refused registration.

use super::app::REDIRECT;
use crate::service::Folder;

#[tokio::test]
async fn what_was_asked_for_is_registered() {
    let folder = Folder::new();
    let args = ["--id", "shop", "--public", "--first-party", "--redirect-uri", REDIRECT, "--audience", "witgate"];
    let grants =
        ["--grant", "authorization_code", "--grant", "refresh_token", "--scope", "openid", "--scope", "stock:write"];
    let add = [&["client", "add", "Shop"][..], &args[..], &grants[..]].concat();
    let done = folder.cli(&add, "").await;
    assert_eq!((done.code, done.stdout.as_str()), (0, "client id: shop\n"), "{}", done.stderr);
    let row = "SELECT count(*) FROM clients WHERE client_id = 'shop' AND auth_method = 'none' AND first_party = 1
               AND redirect_uris = '[\"https://app.example.com/back\"]' AND audiences = '[\"witgate\"]'
               AND grant_types = '[\"authorization_code\",\"refresh_token\"]' AND scopes = '[\"openid\",\"stock:write\"]'";
    assert_eq!(folder.number(row), 1);
    let again = folder.cli(&add, "").await;
    assert!(again.code == 1 && again.stderr.contains("already one named \"shop\""), "{}", again.stderr);
}

#[tokio::test]
async fn what_cannot_be_registered_says_where_and_why() {
    let folder = Folder::new();
    let file = folder.config().with_file_name("keys.json");
    let path = file.to_str().unwrap();
    std::fs::write(&file, r#"{"keys":[{"kty":"oct","k":"AA"}]}"#).unwrap();
    let code = ["--grant", "authorization_code", "--scope", "openid", "--redirect-uri"];
    let machine = ["--grant", "client_credentials", "--scope", "orders:read"];
    let cases: [(&[&str], &[&str], &str); 11] = [
        (
            &code,
            &["http://app.example.com/"],
            "--redirect-uri: \"http://app.example.com/\" cannot be registered: it is plain",
        ),
        (&code, &["javascript:alert(1)"], "--redirect-uri"),
        (&code[..4], &[], "--redirect-uri: the grant authorization_code needs one"),
        (&machine, &["--public"], "--grant: a public client cannot have client_credentials"),
        (&machine, &["--id", "a b"], "--id"),
        (&machine, &["--id", "7e57ab1e-0000-4000-8000-000000000001"], "--id"),
        (&machine, &["--scope", "orders:eat"], "--scope: there is no scope \"orders:eat\""),
        (&machine, &["--audience", "https://nobody.example"], "--audience"),
        (&machine, &["--jwks-file", path], "--jwks-file: key 1"),
        (&machine, &["--jwks-file", "/nowhere/keys.json"], "--jwks-file: cannot read /nowhere/keys.json"),
        (&machine, &["--grant", "password"], "there is no grant \"password\""),
    ];
    for (args, more, needle) in cases {
        let done = folder.cli(&[&["client", "add", "x"][..], args, more].concat(), "").await;
        assert!(done.code == 2 && done.stderr.contains(needle), "{args:?} {more:?}: {} {}", done.code, done.stderr);
    }
    for both in [["--public", "--jwks-file"], ["--secret-file", "--jwks-file"]] {
        let done = folder.cli(&[&["client", "add", "x"][..], &machine[..], &both, &[path]].concat(), "").await;
        assert_eq!(done.code, 2, "{}", done.stderr);
    }
}
