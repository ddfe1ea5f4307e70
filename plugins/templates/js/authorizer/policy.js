// Lets in callers whose token names a role.
// Never lets in a caller without claims: a claim that is not there names no role.

import { Decision, Refusal, claims, definePlugin, log, optional, required, role, text } from "./witgate/witgate.js";

const plugin = definePlugin({
  name: "{{name}}",
  version: "0.1.0",
  description: "{{about}}",
  // Read once for each instance. What is refused here refuses the load: the gateway keeps what it had.
  config: { role: required(text), claim: optional(text, "roles") },
  codes: ["role_missing"],
});

export const { lifecycle } = plugin;

export const authorizer = role({
  authorize() {
    const roles = claims.get(plugin.config.claim);
    if (Array.isArray(roles) && roles.includes(plugin.config.role)) return Decision.allow;
    log.info("the role is missing", { role: plugin.config.role });
    return Refusal.forbidden("role_missing", "Your token lacks a role.");
  },
});
