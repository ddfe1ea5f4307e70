// The policy against a mock of the gateway, without WebAssembly. Never a substitute for cases.toml, which asks the component.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as policy from "./policy.js";
import * as mock from "./witgate/mock/mock.js";
import { Selection } from "./witgate/witgate.js";

const chosen = (request) => {
  mock.configure(policy, { upstreams: { gold: "fast" } });
  return request.run(() => policy.router.select());
};

test("a listed plan has its upstream", () => {
  assert.deepEqual(chosen(mock.request("GET", "/orders").claim("plan", "gold")), Selection.to("fast"));
});

test("a claim of another shape is no plan", () => {
  for (const odd of [["gold"], "toString", 7]) {
    assert.deepEqual(chosen(mock.request("GET", "/orders").claim("plan", odd)), Selection.default);
  }
});

test("a wrong config names its key", () => {
  assert.throws(() => mock.configure(policy, { upstreams: {} }), /^Error: upstreams: must name an upstream/);
});
