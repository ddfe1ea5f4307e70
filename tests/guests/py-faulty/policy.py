"""An authorizer in Python that misbehaves as the request header `x-fault` says. Never for production."""

import time

from wit_world import exports
from wit_world.exports.lifecycle import Metadata

from witgate import header, role
from witgate.authorizer import ABSTAIN, ALLOW, Decision, RequestHead, deny


class Lifecycle(exports.Lifecycle):
    def describe(self) -> Metadata:
        return Metadata("py-faulty", "0.1.0", "misbehaves on demand", None)

    def configure(self, config_json: str) -> None:
        pass


class Authorizer(exports.Authorizer):
    @role
    def authorize(self, head: RequestHead) -> Decision:
        return FAULTS.get(header("x-fault"), lambda: ALLOW)()


def throw() -> Decision:
    raise ValueError("x-fault asked for an exception")


def loop() -> Decision:
    while True:
        pass


def memory() -> Decision:
    return bytearray(1 << 28) and ALLOW


def stack() -> Decision:
    return [stack()][0]


def clock() -> Decision:
    return ALLOW if time.time() else ALLOW


def nonsense() -> Decision:
    return "perhaps"


def nothing() -> Decision:
    return None


FAULTS = {
    "throw": throw, "loop": loop, "memory": memory, "stack": stack, "clock": clock, "nonsense": nonsense,
    "nothing": nothing, "deny": lambda: deny(403, "fault_denied", "x-fault asked for a denial."),
    "abstain": lambda: ABSTAIN,
}
