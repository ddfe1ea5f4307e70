"""Lets in callers whose token names a role. Never lets in a caller without claims: a claim that is not there names no role."""

from witgate import Plugin, Refusal, claims, log, optional, required, role, text
from witgate.authorizer import Decision

# Read once for each instance. What is refused here refuses the load: the gateway keeps what it had.
config = {"role": required(text), "claim": optional(text, "roles")}

plugin = Plugin("{{name}}", "0.1.0", "{{about}}", config, codes=["role_missing"])

Lifecycle = plugin.lifecycle


class Authorizer:
    @role
    def authorize(self) -> Decision | Refusal:
        roles = claims.get(plugin.config["claim"])
        if isinstance(roles, list) and plugin.config["role"] in roles:
            return Decision.allow
        log.info("the role is missing", role=plugin.config["role"])
        return Refusal.forbidden("role_missing", "Your token lacks a role.")
