"""Sends callers to the upstream that their plan has. Never guesses: whoever has no listed plan goes where the route says."""

from witgate import Plugin, claims, described, optional, refuse, required, role, text
from witgate.router import Selection


@described({"type": "object", "minProperties": 1, "additionalProperties": {"type": "string", "minLength": 1}})
def upstreams(value: object, key: str) -> dict[str, str]:
    """A table of plans, each with the name of an upstream. The route must list the upstream, too."""
    if isinstance(value, dict) and value and all(isinstance(name, str) and name for name in value.values()):
        return value
    refuse(key, 'must name an upstream, such as { gold = "fast" }')


# Read once for each instance. What is refused here refuses the load: the gateway keeps what it had.
config = {"claim": optional(text, "plan"), "upstreams": required(upstreams)}

plugin = Plugin("{{name}}", "0.1.0", "{{about}}", config)

Lifecycle = plugin.lifecycle


class Router:
    @role
    def select(self) -> Selection:
        plan = claims.get(plugin.config["claim"])
        upstream = plugin.config["upstreams"].get(plan) if isinstance(plan, str) else None
        return Selection.default if upstream is None else Selection.to(upstream)
