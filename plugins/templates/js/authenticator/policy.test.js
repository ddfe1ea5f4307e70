// The policy against a mock of the gateway, without WebAssembly. Never with a real signature: those are the gateway's.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as policy from "./policy.js";
import * as mock from "./witgate/mock/mock.js";
import { Outcome } from "./witgate/witgate.js";

const ISSUER = "https://issuer.test";

const answer = (request) => {
  mock.configure(policy, { claim: "tenant" });
  return request.run(() => policy.authenticator.authenticate());
};

const signed = () => {
  const claims = { iss: ISSUER, sub: "alice", tenant: "acme" };
  return mock.request("GET", "/orders").issuer("main", ISSUER).token({ alg: "ES256" }, claims);
};

test("a good token leaves its claim", () => {
  assert.deepEqual(answer(signed()), Outcome.authenticated({ tenant: "acme" }));
});

test("the caller cannot tell one bad token from another", () => {
  for (const failure of ["signature", "expired", "revoked"]) {
    assert.equal(answer(signed().tokenFails(failure)).val.code, "token_invalid");
  }
  assert.equal(answer(signed().tokenFails("keys-unavailable")).val.code, "keys_unavailable");
});

test("a wrong config names its key", () => {
  assert.throws(() => mock.configure(policy, { claim: "" }), /^Error: claim: must be a text/);
});
