"""Lets in callers whose token names a role. Never lets in a caller without claims: a claim that is not there names no role."""

from wit_world import exports
from wit_world.exports.lifecycle import Metadata
from wit_world.imports.log import Level

from witgate import claim, log, optional, required, role, settings, text
from witgate.authorizer import ALLOW, Decision, RequestHead, deny

config: dict = {}


class Lifecycle(exports.Lifecycle):
    def describe(self) -> Metadata:
        return Metadata("{{name}}", "0.1.0", "{{about}}", None)

    def configure(self, config_json: str) -> None:
        """Once for each instance. What is refused here refuses the load: the gateway keeps what it had."""
        global config
        config = settings(config_json, {"role": required(text), "claim": optional(text, "roles")})


class Authorizer(exports.Authorizer):
    @role
    def authorize(self, head: RequestHead) -> Decision:
        roles = claim(config["claim"])
        if isinstance(roles, list) and config["role"] in roles:
            return ALLOW
        log(Level.INFO, "the role is missing", role=config["role"])
        return deny(403, "role_missing", "Your token lacks a role.")
