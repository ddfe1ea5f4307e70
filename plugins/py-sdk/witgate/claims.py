"""The verified claims of this request; none until an authenticator accepted a token. Never keeps anything: every call
asks."""

import json
from typing import Any

from wit_world.imports import claims as gateway

_INTEGERS_END = 2**63
"""From here on a float may have been an integer that lost its digits."""


def get(name: str) -> Any:
    """A claim by top-level name, or by RFC 6901 pointer when it starts with "/". A null claim is absent: `None`. Raises
    `OverflowError` for a number whose digits the gateway does not know, also inside of a list or an object."""
    value = gateway.get(name)
    if isinstance(value, gateway.ClaimValue_Json):
        return _parsed(name, value.value)
    return None if value is None else value.value


def _parsed(name: str, text: str) -> Any:
    def exact(digits: str) -> float:
        # An integer of 64 bits without a sign is exact. Further out many integers are one float, and two tenants would
        # be one; `in` and `==` look inside, so at every depth.
        number = float(digits)
        if abs(number) >= _INTEGERS_END:
            raise OverflowError(f"the claim {name} has a number that is too large")
        return number

    return json.loads(text, parse_float=exact)


def has_scope(scope: str) -> bool:
    """Whether `scope` or `scp` has this scope."""
    return gateway.has_scope(scope)
