// Lets in callers whose token names a role.
// Never lets in a caller without claims: a claim that is not there names no role.

import { allow, claim, deny, log, optional, required, role, settings, text } from "./witgate/witgate.js";

let config;

export const lifecycle = {
  describe: () => ({ name: "{{name}}", version: "0.1.0", description: "{{about}}", configSchema: null }),

  // Once for each instance. What is thrown here refuses the load: the gateway keeps what it had.
  configure(json) {
    config = settings(json, { role: required(text), claim: optional(text, "roles") });
  },
};

export const authorizer = role({
  authorize() {
    const roles = claim(config.claim);
    if (Array.isArray(roles) && roles.includes(config.role)) return allow;
    log("info", "the role is missing", { role: config.role });
    return deny(403, "role_missing", "Your token lacks a role.");
  },
});
