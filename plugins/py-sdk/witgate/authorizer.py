"""An authorizer's answers. Never imported by another role: its world has no such types."""

from wit_world.exports.authorizer import Decision_Abstain, Decision_Allow, Decision_Deny

from witgate.refusal import Refusal

__all__ = ["Decision"]


class Decision:
    """`allow`, `abstain` (the next authorizer decides) and `deny`."""

    allow = Decision_Allow()
    abstain = Decision_Abstain()

    @staticmethod
    def deny(status: int, code: str, message: str) -> Decision_Deny:
        """The request ends here."""
        return Decision_Deny(Refusal(status, code, message))
