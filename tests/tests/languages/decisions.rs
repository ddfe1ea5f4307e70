//! What the two shipped policies decide, each alone and beside Rust's. Never judged by anything but the gateway's answers.

use serde_json::{Value, json};
use witgate_tests::configs::whoami_route;
use witgate_tests::languages::Language;

use crate::gateway::{Gateway, components, plugin};

const TENANT_GUARD: &str = "config = { header = \"x-tenant\", scope = \"orders:read\", \
    any-tenant-scope = \"tenants:any\", pass = \"allow\" }";
const DEPARTMENTS: &str = "config = { departments = { engineering = [\"*\"], audit = [\"POST\"] } }";

/// A case: claims that differ from the mint's good ones, headers, and the answer.
type Case<'a> = (Value, &'a [(&'a str, &'a str)], (u16, &'a str));

async fn check(gateway: &Gateway, name: &str, cases: &[Case<'_>]) {
    for (claims, headers, (status, code)) in cases {
        let answer = gateway.answer(name, &gateway.token(claims), headers).await;
        assert_eq!(answer, (*status, (*code).to_owned()), "{claims} {headers:?}");
    }
}

#[tokio::test]
async fn javascript_keeps_callers_in_their_tenant() {
    let policy = Language::JavaScript.shipped();
    let Some(built) = components(&[policy]) else { return };
    let toml = plugin(policy, TENANT_GUARD) + &whoami_route("js", &["jwt", "js-tenant-guard"]);
    let gateway = Gateway::start(&built, &toml).await;
    let (acme, globex) = ([("x-tenant", "acme")], [("x-tenant", "globex")]);
    let cases: [Case; 12] = [
        (json!({}), &acme, (200, "")),
        (json!({}), &globex, (403, "tenant_mismatch")),
        (json!({"scope": "orders:read tenants:any"}), &globex, (200, "")),
        (json!({"scope": "tenants:any"}), &globex, (403, "scope_missing")),
        (json!({}), &[], (400, "tenant_missing")),
        (json!({}), &[("x-tenant", "")], (400, "tenant_missing")),
        (json!({}), &[("x-tenant", "acme"), ("x-tenant", "acme")], (400, "tenant_ambiguous")),
        (json!({"tenant": 7}), &[("x-tenant", "7")], (403, "tenant_mismatch")),
        (json!({"tenant": ["acme"]}), &acme, (403, "tenant_mismatch")),
        (json!({"tenant": null}), &[("x-tenant", "null")], (403, "tenant_mismatch")),
        (json!({"tenant": "Größe"}), &[("x-tenant", "Größe")], (200, "")),
        // no number of JavaScript is this one, inside of a list as little as alone
        (json!({"tenant": [9_007_199_254_740_993_u64]}), &acme, (500, "policy_fault")),
    ];
    check(&gateway, "js", &cases).await;
}

/// One gateway for all of it, since it takes seconds to compile an interpreter.
#[tokio::test]
async fn python_keeps_departments_to_their_methods_beside_the_other_languages() {
    let policies = [Language::JavaScript.shipped(), Language::Python.shipped()];
    let Some(built) = components(&policies) else { return };
    let abstaining = DEPARTMENTS.replace("config = { ", "config = { otherwise = \"abstain\", ");
    let second = plugin(policies[1], &abstaining).replacen(policies[1].name(), "abstaining", 1);
    let plugins = plugin(policies[0], TENANT_GUARD) + &plugin(policies[1], DEPARTMENTS) + &second;
    let routes = whoami_route("py", &["jwt", "py-departments"])
        + &whoami_route("three", &["jwt", "abstaining", "js-tenant-guard"]);
    let gateway = Gateway::start(&built, &(plugins + &routes)).await;
    let cases: [Case; 9] = [
        (json!({"department": "engineering"}), &[], (200, "")),
        (json!({"department": ["audit", "engineering"]}), &[], (200, "")),
        (json!({"department": "audit"}), &[], (403, "department_method")),
        (json!({"department": "sales"}), &[], (403, "department_not_listed")),
        (json!({}), &[], (403, "department_missing")),
        (json!({"department": {"name": "engineering"}}), &[], (403, "department_missing")),
        (json!({"department": [1, "engineering"]}), &[], (200, "")),
        (json!({"department": [u64::MAX, "engineering"]}), &[], (200, "")),
        // its digits are lost, inside of a list as well as alone
        (json!({"department": [1e300, "engineering"]}), &[], (500, "policy_fault")),
    ];
    check(&gateway, "py", &cases).await;
    three_languages_decide_on_one_route(&gateway).await;
}

/// Rust verifies the token, Python abstains for strangers, JavaScript is asked last.
async fn three_languages_decide_on_one_route(gateway: &Gateway) {
    let cases: [Case; 4] = [
        (json!({"department": "engineering"}), &[], (200, "")),
        (json!({"department": "audit"}), &[("x-tenant", "acme")], (403, "department_method")),
        (json!({}), &[("x-tenant", "acme")], (200, "")),
        (json!({}), &[("x-tenant", "globex")], (403, "tenant_mismatch")),
    ];
    check(gateway, "three", &cases).await;
}
