"""Tells the upstream a claim in a header, and takes headers off the answer. Never lets the client's own header through: where
the claim is not there it is removed."""

from witgate import Plugin, claims, list_of, optional, required, role, text
from witgate.filter import Action, HeaderOp

# Read once for each instance. What is refused here refuses the load: the gateway keeps what it had.
config = {"header": required(text), "claim": required(text), "remove": optional(list_of(text), [])}

plugin = Plugin("{{name}}", "0.1.0", "{{about}}", config)

Lifecycle = plugin.lifecycle


class Filter:
    @role
    def on_request(self) -> Action:
        header, value = plugin.config["header"], claims.get(plugin.config["claim"])
        # a claim with a line break is no header: the gateway would refuse the request
        stands = isinstance(value, str) and value.isprintable()
        return Action.forward([HeaderOp.set(header, value) if stands else HeaderOp.remove(header)])

    @role
    def on_response(self, status: int) -> list[HeaderOp]:
        return [HeaderOp.remove(name) for name in plugin.config["remove"]]
