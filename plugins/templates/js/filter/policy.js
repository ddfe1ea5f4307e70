// Tells the upstream a claim in a header, and takes headers off the answer.
// Never lets the client's own header through: where the claim is not there it is removed.

import { Action, HeaderOp, claims, definePlugin, listOf, optional, required, role, text } from "./witgate/witgate.js";

// What can stand in a header: everything but control characters.
const HEADER_VALUE = /^[^\u0000-\u001f\u007f]*$/;

const plugin = definePlugin({
  name: "{{name}}",
  version: "0.1.0",
  description: "{{about}}",
  // Read once for each instance. What is refused here refuses the load: the gateway keeps what it had.
  config: { header: required(text), claim: required(text), remove: optional(listOf(text), []) },
});

export const { lifecycle } = plugin;

export const filter = role({
  onRequest() {
    const { header, claim } = plugin.config;
    const value = claims.get(claim);
    // a claim with a line break is no header: the gateway would refuse the request
    const stands = typeof value === "string" && HEADER_VALUE.test(value);
    return Action.forward([stands ? HeaderOp.set(header, value) : HeaderOp.remove(header)]);
  },

  onResponse() {
    return plugin.config.remove.map(HeaderOp.remove);
  },
});
