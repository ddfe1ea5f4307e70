"""A claim by name or by RFC 6901 pointer, as the gateway finds it. Never a guess: what is not there is `None`."""

import re
from typing import Any

_INDEX = re.compile(r"0|[1-9][0-9]*")


def pointed(claims: dict[str, Any], name: str) -> Any:
    """The value; `None` where there is none."""
    if not name.startswith("/"):
        return claims.get(name)
    value: Any = claims
    for token in name[1:].split("/"):
        value = _step(value, token.replace("~1", "/").replace("~0", "~"))
    return value


def _step(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return value.get(token)
    if isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
        return value[int(token)]
    return None
