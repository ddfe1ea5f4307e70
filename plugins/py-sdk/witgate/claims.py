"""The verified claims of this request; none until an authenticator accepted a token. Never keeps anything: every call
asks."""

import json
from typing import Any

from wit_world.imports import claims as gateway


def get(name: str) -> Any:
    """A claim by top-level name, or by RFC 6901 pointer when it starts with "/". A null claim is absent: `None`. Raises
    `OverflowError` for a number whose digits the gateway does not know."""
    value = gateway.get(name)
    if isinstance(value, gateway.ClaimValue_Json):
        return _parsed(name, value.value)
    return None if value is None else value.value


def _parsed(name: str, text: str) -> Any:
    # An integer of 64 bits without a sign is exact. Further out many integers are one float, and two tenants would be one.
    value = json.loads(text)
    if isinstance(value, float):
        raise OverflowError(f"the claim {name} is too large for a number")
    return value


def has_scope(scope: str) -> bool:
    """Whether `scope` or `scp` has this scope."""
    return gateway.has_scope(scope)
