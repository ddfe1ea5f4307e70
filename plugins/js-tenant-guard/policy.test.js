// The policy under `node --test`: `node --import ../js-sdk/mock/register.js --test`. Never a component: cases.toml is
// for that.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as mock from "../js-sdk/mock/mock.js";
import { Decision, Refusal } from "../js-sdk/witgate.js";
import * as policy from "./policy.js";

const CONFIG = { header: "x-tenant", scope: "orders:read", "any-tenant-scope": "tenants:any" };

const asked = mock.request("GET", "/orders").header("X-Tenant", "acme").claim("scope", "orders:read");

function decision(request, config = CONFIG) {
  mock.configure(policy, config);
  return request.run(() => policy.authorizer.authorize());
}

test("who is at home is left to the next authorizer, or let in where the config says so", () => {
  const home = asked.claim("tenant", "acme");
  assert.deepEqual(decision(home), Decision.abstain);
  assert.deepEqual(decision(home, { ...CONFIG, pass: "allow" }), Decision.allow);
  assert.equal(decision(asked.claim("tenant", "globex"), { ...CONFIG, pass: "allow" }).tag, "deny");
});

test("another tenant is kept out, and the log says so", () => {
  const denied = decision(asked.claim("tenant", "globex"));
  assert.equal(denied.val.code, "tenant_mismatch");
  assert.deepEqual(mock.logs(), [{ level: "info", message: "denied", fields: { code: "tenant_mismatch" } }]);
});

test("a header that is there twice is nobody's", () => {
  const twice = decision(asked.header("x-tenant", "acme").claim("tenant", "acme"));
  assert.deepEqual(twice.val, Refusal.badRequest("tenant_ambiguous", "Name one tenant."));
});

test("a claim that is no text is no tenant", () => {
  for (const tenant of [7, ["acme"], null, { name: "acme" }]) {
    assert.equal(decision(asked.claim("tenant", tenant)).val.code, "tenant_mismatch", JSON.stringify(tenant));
  }
});

test("a wrong config is refused with its key", () => {
  assert.throws(() => decision(asked, { header: "x tenant" }), /^Error: header: must be the name of a header/);
  assert.throws(() => decision(asked, { header: "x-tenant", scop: "a" }), /^Error: scop: is no key of this policy/);
  assert.throws(() => decision(asked, { ...CONFIG, pass: "deny" }), /^Error: pass: must be one of abstain, allow/);
});
