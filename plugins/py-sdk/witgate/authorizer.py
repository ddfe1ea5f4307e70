"""An authorizer's words. Never imported by another role: its world has no such types."""

from wit_world.exports.authorizer import Decision, Decision_Abstain, Decision_Allow, Decision_Deny
from wit_world.imports.types import Refusal, RequestHead

__all__ = ["ABSTAIN", "ALLOW", "Decision", "RequestHead", "deny"]

ALLOW = Decision_Allow()
"""Yes."""

ABSTAIN = Decision_Abstain()
"""The next authorizer decides."""


def deny(status: int, code: str, message: str) -> Decision:
    """No. A status from 400 to 599, a code of `[a-z0-9_]{1,64}` for machines, a message that the caller may read."""
    return Decision_Deny(Refusal(status, code, message))
