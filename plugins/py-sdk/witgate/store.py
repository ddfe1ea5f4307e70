"""Values that outlive a call, where the plugin's entry grants a store. In memory only: never count on one to be
there."""

from wit_world.imports import store as gateway

from witgate.failing import Failing, failing


class StoreError(Failing):
    """Why a store did not do it: `reason` is "key", "value-too-large", "not-a-number" or "overflow"."""


def get(key: str) -> bytes | None:
    """The bytes under a key; `None` where it is absent or expired. A counted number is decimal text."""
    return gateway.get(key)


def set(key: str, value: str | bytes, ttl_seconds: int | None = None) -> None:
    """Puts a text or bytes under a key, for at most so many seconds. Raises `StoreError`."""
    with failing(StoreError):
        gateway.set(key, value.encode() if isinstance(value, str) else value, ttl_seconds)


def delete(key: str) -> None:
    """Takes a key out."""
    gateway.delete(key)


def increment(key: str, by: int = 1, ttl_seconds: int | None = None) -> int:
    """Adds to a number and gives the sum, in one step that no other worker can come between. An absent key counts as 0
    and then lives `ttl_seconds`; one that is there keeps its end. Raises `StoreError`."""
    with failing(StoreError):
        return gateway.increment(key, by, ttl_seconds)
