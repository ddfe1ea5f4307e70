// Sends callers to the upstream that their plan has.
// Never guesses: whoever has no listed plan goes where the route says.

import { Selection, claims, definePlugin, described, optional, refuse, required, role, text } from "./witgate/witgate.js";

// A table of plans, each with the name of an upstream. The route must list the upstream, too.
const upstreams = described(
  { type: "object", minProperties: 1, additionalProperties: { type: "string", minLength: 1 } },
  (value, key) => {
    const names = value !== null && typeof value === "object" ? Object.values(value) : [];
    if (names.length > 0 && names.every((name) => typeof name === "string" && name !== "")) return value;
    return refuse(key, 'must name an upstream, such as { gold = "fast" }');
  },
);

const plugin = definePlugin({
  name: "{{name}}",
  version: "0.1.0",
  description: "{{about}}",
  // Read once for each instance. What is refused here refuses the load: the gateway keeps what it had.
  config: { claim: optional(text, "plan"), upstreams: required(upstreams) },
});

export const { lifecycle } = plugin;

export const router = role({
  select() {
    const plan = claims.get(plugin.config.claim);
    const isListed = typeof plan === "string" && Object.hasOwn(plugin.config.upstreams, plan);
    return isListed ? Selection.to(plugin.config.upstreams[plan]) : Selection.default;
  },
});
