"""The verified claims of this request; none until an authenticator accepted a token. Never keeps anything: every call
asks."""

import json
from typing import Any

from wit_world.imports import claims as gateway


def get(name: str) -> Any:
    """A claim by top-level name, or by RFC 6901 pointer when it starts with "/". A null claim is absent: `None`."""
    value = gateway.get(name)
    if isinstance(value, gateway.ClaimValue_Json):
        return json.loads(value.value)
    return None if value is None else value.value


def has_scope(scope: str) -> bool:
    """Whether `scope` or `scp` has this scope."""
    return gateway.has_scope(scope)
