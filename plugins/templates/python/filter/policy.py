"""Tells the upstream a claim in a header, and takes headers off the answer. Never lets the client's own header through: where
the claim is not there it is removed."""

from wit_world import exports
from wit_world.exports.filter import (
    Action, Action_Forward, HeaderOp, HeaderOp_Remove, HeaderOp_Set,
)
from wit_world.exports.lifecycle import Metadata
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
        keys = {"header": required(text), "claim": required(text), "remove": optional(names, [])}
        config = settings(config_json, keys)


class Filter(exports.Filter):
    @role
    def on_request(self, head: RequestHead) -> Action:
        value = claim(config["claim"])
        # a claim with a line break is no header: the gateway would refuse the request
        if isinstance(value, str) and value.isprintable():
            return Action_Forward([HeaderOp_Set((config["header"], value.encode()))])
        return Action_Forward([HeaderOp_Remove(config["header"])])

    @role
    def on_response(self, head: RequestHead, status: int) -> list[HeaderOp]:
        return [HeaderOp_Remove(name) for name in config["remove"]]


def names(value: object, key: str) -> list[str]:
    """A list of header names."""
    if isinstance(value, list) and all(isinstance(name, str) and name for name in value):
        return value
    refuse(key, 'must list names of headers, such as ["server"]')
