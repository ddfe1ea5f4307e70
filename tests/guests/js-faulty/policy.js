// An authorizer in JavaScript that misbehaves as the request header `x-fault` says. Never for production.

import { Decision, definePlugin, request, role } from "../../../plugins/js-sdk/witgate.js";

const FAULTS = {
  throw() {
    throw new Error("x-fault asked for an exception");
  },
  loop() {
    for (;;);
  },
  memory() {
    return new Uint8Array(1 << 28) && Decision.allow;
  },
  stack() {
    return 1 + FAULTS.stack();
  },
  clock() {
    return Date.now() > 0 ? Decision.allow : Decision.allow;
  },
  nonsense() {
    return { tag: "perhaps" };
  },
  nothing() {
    return undefined;
  },
  abstain() {
    return Decision.abstain;
  },
  deny() {
    return Decision.deny(403, "fault_denied", "x-fault asked for a denial.");
  },
};

export const { lifecycle } = definePlugin({
  name: "js-faulty",
  version: "0.1.0",
  description: "misbehaves on demand",
  codes: ["fault_denied"],
});

export const authorizer = role({ authorize: () => (FAULTS[request.header("x-fault")] ?? (() => Decision.allow))() });
