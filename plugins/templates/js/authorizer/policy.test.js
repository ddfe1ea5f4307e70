// The policy against a mock of the gateway, without WebAssembly. Never a substitute for cases.toml, which asks the component.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as policy from "./policy.js";
import * as mock from "./witgate/mock/mock.js";
import { Decision } from "./witgate/witgate.js";

const decided = (request) => {
  mock.configure(policy, { role: "staff" });
  return request.run(() => policy.authorizer.authorize());
};

test("the role lets in", () => {
  const staff = mock.request("GET", "/orders/1").claim("roles", ["staff"]);
  assert.deepEqual(decided(staff), Decision.allow);
});

test("a refusal is logged with the role", () => {
  const stranger = mock.request("GET", "/orders/1").claim("roles", ["customer"]);
  assert.notDeepEqual(decided(stranger), Decision.allow);
  assert.equal(mock.logs()[0].fields.role, "staff");
});

test("a wrong config names its key", () => {
  assert.throws(() => mock.configure(policy, {}), /^Error: role: is missing/);
  assert.throws(() => mock.configure(policy, { role: "staff", rule: 1 }), /^Error: rule: is no key/);
});
