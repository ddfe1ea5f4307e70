// The README's first policy, which is what authors begin with. Never a copy of it: the page itself is run.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as mock from "../mock/mock.js";

const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, code] = /```js\n(.*?)```/s.exec(page);
const kit = new URL("../witgate.js", import.meta.url).href;
const gate = await import(`data:text/javascript,${encodeURIComponent(code.replace("../js-sdk/witgate.js", kit))}`);

test("the gate of the README lets in a role, and no text that it is a part of", () => {
  const decided = (roles) => {
    mock.configure(gate, { role: "staff" });
    return mock.request("GET", "/").claim("realm_access", { roles }).run(() => gate.authorizer.authorize()).tag;
  };
  assert.equal(decided(["customer", "staff"]), "allow");
  for (const roles of ["non-staff", "staff", ["non-staff"], { staff: true }, 7, undefined]) {
    assert.equal(decided(roles), "deny", JSON.stringify(roles));
  }
});
