"""A filter's answers. Never imported by another role: its world has no such types."""

from collections.abc import Iterable

from wit_world.exports.filter import Action_Forward, Action_Refused, HeaderOp_Append, HeaderOp_Remove, HeaderOp_Set

from witgate.refusal import Refusal

__all__ = ["Action", "HeaderOp"]


class Action:
    """`forward` with changes, in order, and `refused`."""

    @staticmethod
    def forward(ops: Iterable[object] = ()) -> Action_Forward:
        """The request goes on."""
        return Action_Forward(list(ops))

    @staticmethod
    def refused(status: int, code: str, message: str) -> Action_Refused:
        """The request ends here."""
        return Action_Refused(Refusal(status, code, message))


class HeaderOp:
    """One change of a header; a value is a text or bytes."""

    @staticmethod
    def set(name: str, value: str | bytes) -> HeaderOp_Set:
        """Replaces every value."""
        return HeaderOp_Set((name, _encoded(value)))

    @staticmethod
    def append(name: str, value: str | bytes) -> HeaderOp_Append:
        """Adds one value."""
        return HeaderOp_Append((name, _encoded(value)))

    @staticmethod
    def remove(name: str) -> HeaderOp_Remove:
        """Removes every value."""
        return HeaderOp_Remove(name)


def _encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
