"""The error of a WIT `result` as an exception of the kit. Never swallows anything else."""

from collections.abc import Iterator
from contextlib import contextmanager

from componentize_py_types import Err


class Failing(Exception):
    """`reason` is the word of the contract, such as "not-a-number"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def failing(kind: type[Failing]) -> Iterator[None]:
    """An `Err` inside becomes `kind`."""
    try:
        yield
    except Err as error:
        raise kind(error.value.name.lower().replace("_", "-")) from None
