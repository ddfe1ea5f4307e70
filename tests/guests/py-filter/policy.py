"""A filter in Python: what the upstream learns of the caller, and the client of the upstream. Never for production."""

from witgate import Plugin, Refusal, claims, optional, request, role, text
from witgate.filter import Action, HeaderOp

plugin = Plugin(
    "py-filter",
    "0.1.0",
    "Stamps the plan on the request and the status on the response",
    {"plan": optional(text, "basic")},
    codes=["plan_forged"],
)

Lifecycle = plugin.lifecycle


class Filter:
    @role
    def on_request(self) -> Action | Refusal:
        if request.header("x-plan") is not None:
            return Refusal.bad_request("plan_forged", "The plan is not yours to say.")
        plan = claims.get("/org/plan") or plugin.config["plan"]
        return Action.forward(
            [HeaderOp.set("x-plan", plan), HeaderOp.append("x-seen", "größe"), HeaderOp.remove("cookie")]
        )

    @role
    def on_response(self, status: int) -> list[HeaderOp]:
        return [HeaderOp.set("x-status", f"{request.method()} {status}")]
