"""An authenticator's answers. Never imported by another role: its world has no such types."""

from collections.abc import Mapping

from wit_world.exports.authenticator import Outcome_Anonymous, Outcome_Authenticated, Outcome_Refused

from witgate.refusal import Refusal

__all__ = ["Outcome"]


class Outcome:
    """`authenticated`, `anonymous` (counts on a public route only) and `refused`."""

    anonymous = Outcome_Anonymous()

    @staticmethod
    def authenticated(attributes: Mapping[str, object] = {}) -> Outcome_Authenticated:
        """The caller is known: only after `jwt.verify` succeeded. The pairs become attributes."""
        return Outcome_Authenticated([(name, str(value)) for name, value in attributes.items()])

    @staticmethod
    def refused(status: int, code: str, message: str) -> Outcome_Refused:
        """A bad or missing credential."""
        return Outcome_Refused(Refusal(status, code, message))
