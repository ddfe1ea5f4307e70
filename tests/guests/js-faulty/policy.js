// An authorizer in JavaScript that misbehaves as the request header `x-fault` says. Never for production.

import { abstain, allow, deny, header, role } from "../../../plugins/js-sdk/witgate.js";

const FAULTS = {
  throw() { throw new Error("x-fault asked for an exception"); },
  loop() { for (;;); },
  memory() { return new Uint8Array(1 << 28) && allow; },
  stack() { return 1 + FAULTS.stack(); },
  clock() { return Date.now() > 0 ? allow : allow; },
  nonsense() { return { tag: "perhaps" }; },
  nothing() { return undefined; },
  abstain() { return abstain; },
  deny() { return deny(403, "fault_denied", "x-fault asked for a denial."); },
};

export const lifecycle = {
  describe: () => ({ name: "js-faulty", version: "0.1.0", description: "misbehaves on demand", configSchema: null }),
  configure() {},
};

export const authorizer = role({
  authorize: () => (FAULTS[header("x-fault")] ?? (() => allow))(),
});
