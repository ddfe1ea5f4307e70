"""A router's answers. Never imported by another role: its world has no such types."""

from collections.abc import Mapping

from wit_world.exports.router import Selection_Default, Selection_Refused, Selection_To, Target

from witgate.attributes import pairs
from witgate.refusal import Refusal

__all__ = ["Selection"]


class Selection:
    """`to` an upstream, `default` (the route's own) and `refused`."""

    default = Selection_Default()

    @staticmethod
    def to(upstream: str, path: str | None = None, attributes: Mapping[str, object] = {}) -> Selection_To:
        """An upstream that the route lists; where wanted with another canonical path, and attributes as those of
        `Outcome.authenticated`."""
        return Selection_To(Target(upstream, path, pairs(attributes)))

    @staticmethod
    def refused(status: int, code: str, message: str) -> Selection_Refused:
        """The request ends here."""
        return Selection_Refused(Refusal(status, code, message))
