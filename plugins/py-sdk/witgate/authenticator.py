"""An authenticator's answers. Never imported by another role: its world has no such types."""

from collections.abc import Mapping

from wit_world.exports.authenticator import Outcome_Anonymous, Outcome_Authenticated, Outcome_Refused

from witgate.attributes import pairs
from witgate.refusal import Refusal

__all__ = ["Outcome"]


class Outcome:
    """`authenticated`, `anonymous` (counts on a public route only) and `refused`."""

    anonymous = Outcome_Anonymous()

    @staticmethod
    def authenticated(attributes: Mapping[str, object] = {}) -> Outcome_Authenticated:
        """The caller is known: only after `jwt.verify` succeeded. The pairs become attributes: texts, numbers and
        booleans; one that is `None` is left out. Raises `TypeError` for a list or a dict."""
        return Outcome_Authenticated(pairs(attributes))

    @staticmethod
    def refused(status: int, code: str, message: str) -> Outcome_Refused:
        """A bad or missing credential."""
        return Outcome_Refused(Refusal(status, code, message))
