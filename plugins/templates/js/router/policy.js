// Sends callers to the upstream that their plan has.
// Never guesses: whoever has no listed plan goes where the route says.

import { claim, optional, required, role, settings, text } from "./witgate/witgate.js";

let config;

export const lifecycle = {
  describe: () => ({ name: "{{name}}", version: "0.1.0", description: "{{about}}", configSchema: null }),

  // Once for each instance. What is thrown here refuses the load: the gateway keeps what it had.
  configure(json) {
    config = settings(json, { claim: optional(text, "plan"), upstreams: required(upstreams) });
  },
};

export const router = role({
  select() {
    const plan = claim(config.claim);
    if (typeof plan !== "string" || !Object.hasOwn(config.upstreams, plan)) return { tag: "default" };
    return { tag: "to", val: { upstream: config.upstreams[plan], path: undefined, attributes: [] } };
  },
});

// A table of plans, each with the name of an upstream. The route must list the upstream, too.
function upstreams(value, key) {
  const names = value !== null && typeof value === "object" ? Object.values(value) : [];
  if (names.length > 0 && names.every((name) => typeof name === "string" && name !== "")) return value;
  throw new Error(`${key}: must name an upstream, such as { gold = "fast" }`);
}
