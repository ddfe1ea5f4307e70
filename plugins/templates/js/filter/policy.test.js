// The policy against a mock of the gateway, without WebAssembly. Never a substitute for cases.toml, which asks the component.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as policy from "./policy.js";
import * as mock from "./witgate/mock/mock.js";
import { Action, HeaderOp } from "./witgate/witgate.js";

const forwarded = (request) => {
  mock.configure(policy, { header: "x-tenant", claim: "tenant", remove: ["server"] });
  return request.run(() => policy.filter.onRequest());
};

test("the claim goes into the header", () => {
  const request = mock.request("GET", "/orders").header("x-tenant", "forged").claim("tenant", "acme");
  assert.deepEqual(forwarded(request), Action.forward([HeaderOp.set("x-tenant", "acme")]));
});

test("what cannot stand in a header is removed", () => {
  const request = mock.request("GET", "/orders").claim("tenant", "acme\r\nx-admin: 1");
  assert.deepEqual(forwarded(request), Action.forward([HeaderOp.remove("x-tenant")]));
});

test("a wrong config names its key", () => {
  assert.throws(() => mock.configure(policy, { header: "x-tenant", claim: "a", add: 1 }), /^Error: add: is no key/);
});
