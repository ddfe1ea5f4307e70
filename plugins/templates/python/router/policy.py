"""Sends callers to the upstream that their plan has. Never guesses: whoever has no listed plan goes where the route says."""

from wit_world import exports
from wit_world.exports.lifecycle import Metadata
from wit_world.exports.router import Selection, Selection_Default, Selection_To, Target
from wit_world.imports.types import RequestHead

from witgate import claim, optional, required, role, settings, text
from witgate.config import refuse

config: dict = {}


class Lifecycle(exports.Lifecycle):
    def describe(self) -> Metadata:
        return Metadata("{{name}}", "0.1.0", "{{about}}", None)

    def configure(self, config_json: str) -> None:
        """Once for each instance. What is refused here refuses the load: the gateway keeps what it had."""
        global config
        config = settings(config_json, {"claim": optional(text, "plan"), "upstreams": required(upstreams)})


class Router(exports.Router):
    @role
    def select(self, head: RequestHead) -> Selection:
        plan = claim(config["claim"])
        upstream = config["upstreams"].get(plan) if isinstance(plan, str) else None
        return Selection_Default() if upstream is None else Selection_To(Target(upstream, None, []))


def upstreams(value: object, key: str) -> dict[str, str]:
    """A table of plans, each with the name of an upstream. The route must list the upstream, too."""
    if isinstance(value, dict) and value and all(isinstance(name, str) and name for name in value.values()):
        return value
    refuse(key, 'must name an upstream, such as { gold = "fast" }')
