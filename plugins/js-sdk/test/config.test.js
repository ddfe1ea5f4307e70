// Configs and their schema under `node --test`. Never a config that is taken in part.

import assert from "node:assert/strict";
import { test } from "node:test";

import { count, definePlugin, flag, listOf, oneOf, optional, refuse, required, text } from "../witgate.js";

const KEYS = {
  header: required(text),
  mode: optional(oneOf("deny", "abstain"), "deny"),
  limit: optional(count),
  dry: optional(flag, false),
  tenants: optional(listOf(text)),
};

const plugin = (more = {}) =>
  definePlugin({ name: "a", version: "1", description: "d", config: KEYS, codes: ["no"], ...more });

test("a good config is read with its defaults", () => {
  const made = plugin();
  made.lifecycle.configure('{"header": "x", "limit": 3, "tenants": ["a"]}');
  assert.deepEqual(made.config, { header: "x", mode: "deny", limit: 3, dry: false, tenants: ["a"] });
});

test("each fault begins with the key that is wrong", () => {
  const faults = [
    ["{}", "header: is missing"],
    ['{"header": ""}', "header: must be a text"],
    ['{"header": "x", "hedaer": 1}', "hedaer: is no key"],
    ['{"header": "x", "mode": "allow"}', "mode: must be one of deny, abstain"],
    ['{"header": "x", "limit": -1}', "limit: must be a whole"],
    ['{"header": "x", "dry": "no"}', "dry: must be true or false"],
    ['{"header": "x", "tenants": "a"}', "tenants: must be a list"],
    ['{"header": "x", "tenants": ["a", 1]}', "tenants[1]: must be a text"],
    ['{"header": "x", "toString": 1}', "toString: is no key"],
  ];
  for (const [json, words] of faults) {
    assert.throws(
      () => plugin().lifecycle.configure(json),
      (error) => error.message.startsWith(words),
      json,
    );
  }
});

test("configure may refuse, and may make something else of the config", () => {
  const made = plugin({
    configure: ({ header }) => (header === "host" ? refuse("header", "is the gateway's") : new Set([header])),
  });
  assert.throws(() => made.lifecycle.configure('{"header": "host"}'), /header: is the gateway's/);
  assert.equal(made.config, undefined);
  made.lifecycle.configure('{"header": "x"}');
  assert.ok(made.config.has("x"));
});

test("describe has the schema of the same keys, with the codes", () => {
  const { name, configSchema } = plugin().lifecycle.describe();
  const schema = JSON.parse(configSchema);
  assert.deepEqual([name, schema.required, schema.additionalProperties], ["a", ["header"], false]);
  assert.deepEqual(schema["x-witgate-codes"], ["no"]);
  assert.deepEqual(schema.properties.mode, { enum: ["deny", "abstain"], default: "deny" });
  assert.deepEqual(schema.properties.tenants, { type: "array", items: { type: "string", minLength: 1 } });
});
