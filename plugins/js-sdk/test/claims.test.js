// Claims as the kit hands them over under `node --test`, with the mock in the gateway's place. Never a component:
// tests/tests/languages has those.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as mock from "../mock/mock.js";
import { claims } from "../witgate.js";

const GET = mock.request("GET", "/orders/1");

test("a claim is found by name and by pointer, and keeps its shape", () => {
  const realm_access = { roles: ["staff"], mixed: [1, "two"], "a/b": { "~": null } };
  GET.claim("realm_access", realm_access)
    .claim("level", 3)
    .claim("share", 0.5)
    .claim("scp", ["read"])
    .run(() => {
      assert.deepEqual(claims.get("/realm_access/roles"), ["staff"]);
      assert.deepEqual(claims.get("realm_access"), realm_access);
      assert.deepEqual([claims.get("/realm_access/mixed/1"), claims.get("/realm_access/mixed/01")], ["two", undefined]);
      assert.deepEqual(
        [claims.get("level"), claims.get("share"), claims.get("/realm_access/a~1b/~0")],
        [3, 0.5, undefined],
      );
      assert.deepEqual([claims.get("constructor"), claims.get("/realm_access/toString")], [undefined, undefined]);
      assert.deepEqual([claims.hasScope("read"), claims.hasScope("write"), claims.hasScope("")], [true, false, false]);
    });
});

test("an integer that a number cannot hold is an error, not another tenant", () => {
  for (const id of [2 ** 53, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 64n - 1n, 1e300]) {
    for (const claim of [id, [id], ["a", { ids: [id] }], { team: { id } }]) {
      assert.throws(() => GET.claim("id", claim).run(() => claims.get("id")), RangeError, String(id));
    }
  }
  const most = Number.MAX_SAFE_INTEGER;
  const held = { ids: [most, -most, 0.5, 2n], none: null, text: '"9007199254740993"', no: undefined };
  GET.claim("held", held).run(() => {
    assert.deepEqual(claims.get("held"), { ids: [most, -most, 0.5, 2], none: null, text: '"9007199254740993"' });
  });
});
