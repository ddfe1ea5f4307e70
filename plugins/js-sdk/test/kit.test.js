// The kit under `node --test`, with the mock in the gateway's place. Never a component: tests/tests/languages has
// those.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as jwt from "../jwt.js";
import * as mock from "../mock/mock.js";
import * as outbound from "../outbound.js";
import * as store from "../store.js";
import {
  Action,
  Decision,
  HeaderOp,
  Outcome,
  Refusal,
  Selection,
  claims,
  clock,
  log,
  request,
  role,
} from "../witgate.js";

const GET = mock.request("GET", "/orders/1");
const ISSUER = "https://issuer.test";
const asked = GET.issuer("main", ISSUER).token(
  { alg: "ES256" },
  { iss: ISSUER, sub: "alice", iat: 100, aud: ["a", "b"] },
);

const failed = (Kind, reason) => (error) => error instanceof Kind && error.reason === reason;

test("what is absent, and what is no text, is undefined", () => {
  GET.header("X-Name", "größe 🦀")
    .header("x-raw", Uint8Array.of(0xff))
    .run(() => {
      assert.deepEqual([request.method(), request.path(), request.route()], ["GET", "/orders/1", "test"]);
      assert.deepEqual(
        [request.header("x-NAME"), request.header("x-raw"), request.header("no")],
        ["größe 🦀", undefined, undefined],
      );
      assert.deepEqual([request.headerValues("x-raw"), request.headerValues("no")], [[undefined], []]);
      assert.deepEqual(
        [request.queryParam("no"), request.attribute("no"), claims.get("no")],
        [undefined, undefined, undefined],
      );
    });
});

test("a token is verified before its claims are there", () => {
  asked.run(() => {
    assert.deepEqual(jwt.peek(), { alg: "ES256", kid: undefined, typ: undefined });
    assert.deepEqual([jwt.unverifiedIssuer(), jwt.profile(), claims.get("sub")], [ISSUER, "main", undefined]);
    jwt.verify("main", { audiences: ["b"], requiredClaims: ["/sub"], algorithms: ["ES256"] });
    assert.equal(claims.get("sub"), "alice");
    assert.throws(() => jwt.verify("other"), failed(jwt.Failure, "other"));
    assert.equal(claims.get("sub"), undefined, "a failure takes them away again");
  });
});

test("a demand that fails is told in the gateway's words", () => {
  const reasons = [
    [GET, {}, "missing"],
    [GET.unreadableToken("malformed"), {}, "malformed"],
    [asked, { algorithms: ["RS256"] }, "algorithm"],
    [asked, { audiences: ["c"] }, "audience"],
    [asked, { requiredClaims: ["tenant"] }, "claim"],
    [asked.now(200), { maxAgeSeconds: 60 }, "expired"],
    [asked.tokenFails("signature"), { audiences: ["c"] }, "signature"],
  ];
  for (const [made, demands, reason] of reasons) {
    made
      .issuer("main", ISSUER)
      .run(() => assert.throws(() => jwt.verify("main", demands), failed(jwt.Failure, reason)));
  }
});

test("answers are those of the Rust SDK", () => {
  assert.deepEqual(Decision.deny(403, "a", "b"), { tag: "deny", val: Refusal.forbidden("a", "b") });
  assert.deepEqual(Outcome.authenticated({ tenant: 7 }), { tag: "authenticated", val: [["tenant", "7"]] });
  const given = { a: "x", b: 0, c: false, d: 2n, no: undefined, none: null, empty: "" };
  const pairs = Object.entries({ a: "x", b: "0", c: "false", d: "2", empty: "" });
  assert.deepEqual(Outcome.authenticated(given).val, pairs);
  assert.deepEqual(Selection.to("b", { attributes: given }).val.attributes, pairs);
  for (const wrong of [["acme"], {}, NaN, Symbol("a"), () => "acme"]) {
    const refused = /^TypeError: the attribute tenant must be/;
    assert.throws(() => Outcome.authenticated({ tenant: wrong }), refused);
    assert.throws(() => Selection.to("b", { attributes: { tenant: wrong } }), refused);
  }
  assert.deepEqual(Selection.to("b"), { tag: "to", val: { upstream: "b", path: null, attributes: [] } });
  const ops = [HeaderOp.set("x-a", "é"), HeaderOp.remove("cookie")];
  assert.deepEqual(Action.forward(ops).val, [
    { tag: "set", val: ["x-a", Uint8Array.of(0xc3, 0xa9)] },
    { tag: "remove", val: "cookie" },
  ]);
  const statuses = ["badRequest", "unauthorized", "forbidden", "notFound", "tooManyRequests", "unavailable"];
  assert.deepEqual(
    statuses.map((name) => Refusal[name]("c", "m").status),
    [400, 401, 403, 404, 429, 503],
  );
});

test("a role may answer with a refusal, and what is no answer is told", () => {
  const refusing = () => Refusal.forbidden("no", "No.");
  const all = role({ authorize: refusing, authenticate: refusing, select: refusing, onRequest: refusing });
  const tags = ["authorize", "authenticate", "select", "onRequest"].map((name) => GET.run(all[name]).tag);
  assert.deepEqual([tags, GET.run(all.onResponse)], [["deny", "refused", "refused", "refused"], []]);
  assert.throws(() => GET.run(role({ authorize: () => undefined }).authorize), /authorize gave no answer/);
  assert.equal(mock.logs()[0].fields.wanted, "allow, abstain, deny");
});

test("an exception is logged by kind and place, never by message", () => {
  const { authorize } = role({
    authorize() {
      throw new RangeError("secret");
    },
  });
  assert.throws(() => GET.run(authorize), RangeError);
  assert.equal(mock.logs()[0].fields.kind, "RangeError");
  assert.ok(!JSON.stringify(mock.logs()[0].fields.kind + mock.logs()[0].message).includes("secret"));
});

test("an answer that breaks the contract fails the run", () => {
  assert.throws(() => GET.run(() => Decision.deny(200, "fine", "")), /a refusal with status 200/);
  assert.throws(() => GET.run(() => Decision.deny(403, "Not Fine", "")), /must be 1 to 64/);
  assert.throws(() => asked.run(() => Outcome.authenticated()), /without a verified token/);
  asked.run(() => {
    jwt.verify("main");
    return Outcome.authenticated();
  });
});

test("the store counts in one step and says what it will not do", () => {
  GET.storeEntry("old", "5")
    .storeEntry("word", "x")
    .run(() => {
      assert.deepEqual([store.increment("old", 2), store.increment("new"), store.get("none")], [7, 1, undefined]);
      assert.throws(() => store.increment("word"), failed(store.StoreError, "not-a-number"));
      assert.throws(() => store.set("", "x"), failed(store.StoreError, "key"));
      assert.deepEqual([store.increment("gone", 2, 0), store.get("gone")], [2, undefined]);
      assert.deepEqual([store.set("brief", "x", 0), store.get("brief"), store.get("")], [undefined, undefined, undefined]);
      store.delete("old");
      assert.equal(store.get("old"), undefined);
    });
});

test("outbound HTTP comes back as made up, and any other is denied", () => {
  GET.answer("https://a/", { status: 302, headers: { Location: "/" }, body: "gold" })
    .answer("https://b/", "timeout")
    .run(() => {
      const answer = outbound.send({ url: "https://a/" });
      assert.deepEqual([answer.status, answer.header("location"), answer.text()], [302, "/", "gold"]);
      assert.throws(() => outbound.send({ url: "https://b/" }), failed(outbound.OutboundError, "timeout"));
      assert.throws(() => outbound.send({ url: "https://c/" }), failed(outbound.OutboundError, "denied"));
    });
  assert.equal(mock.sent().length, 3);
});

test("the clock stands still during a run, and the machine's own is back after it", () => {
  const seen = GET.clock("2026-11-27T09:00:00Z").run(() => [clock.unixSeconds(), clock.now().toISOString()]);
  assert.deepEqual(seen, [1795770000, "2026-11-27T09:00:00.000Z"]);
  assert.ok(Date.now() > 0 && new Date("2020-01-01").getUTCFullYear() === 2020);
  assert.equal(
    GET.run(() => clock.unixSeconds()),
    0,
  );
  assert.throws(() => GET.clock("soon"), /is no time such as/);
});

test("nothing is left after a run but the log", () => {
  GET.claim("sub", "alice").run(() => log.info("seen", { n: 1 }));
  assert.deepEqual(
    [claims.get("sub"), mock.logs()],
    [undefined, [{ level: "info", message: "seen", fields: { n: "1" } }]],
  );
});
