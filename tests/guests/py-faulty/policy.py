"""An authorizer in Python that misbehaves as the request header `x-fault` says. Never for production."""

import time

from witgate import Plugin, request, role
from witgate.authorizer import Decision

Lifecycle = Plugin("py-faulty", "0.1.0", "misbehaves on demand", codes=["fault_denied"]).lifecycle


class Authorizer:
    @role
    def authorize(self) -> Decision:
        return FAULTS.get(request.header("x-fault"), lambda: Decision.allow)()


def throw() -> Decision:
    raise ValueError("x-fault asked for an exception")


def loop() -> Decision:
    while True:
        pass


def memory() -> Decision:
    return bytearray(1 << 28) and Decision.allow


def stack() -> Decision:
    return [stack()][0]


def clock() -> Decision:
    return Decision.allow if time.time() else Decision.allow


def nonsense() -> Decision:
    return "perhaps"


def nothing() -> Decision:
    return None


FAULTS = {
    "throw": throw,
    "loop": loop,
    "memory": memory,
    "stack": stack,
    "clock": clock,
    "nonsense": nonsense,
    "nothing": nothing,
    "deny": lambda: Decision.deny(403, "fault_denied", "x-fault asked for a denial."),
    "abstain": lambda: Decision.abstain,
}
