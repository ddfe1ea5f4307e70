"""Reading a policy's `config` strictly. Never takes a key that nobody knows: each fault begins with the key that is wrong."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from componentize_py_types import Err

type Check = Callable[[Any, str], Any]

_MISSING = object()


def settings(config_json: str, keys: Mapping[str, Check]) -> dict[str, Any]:
    """The settings in a config; `keys` names each key with its reader. The gateway shows what is raised, and refuses the load."""
    given = json.loads(config_json)
    for key in given:
        if key not in keys:
            refuse(key, f"is no key of this policy; it knows {', '.join(keys)}")
    return {key: reader(given.get(key, _MISSING), key) for key, reader in keys.items()}


def required(check: Check) -> Check:
    """A key that must be there."""
    return lambda value, key: refuse(key, "is missing") if value is _MISSING else check(value, key)


def optional(check: Check, otherwise: Any = None) -> Check:
    """A key that may be left out."""
    return lambda value, key: otherwise if value is _MISSING else check(value, key)


def text(value: Any, key: str) -> str:
    """A text that is not empty."""
    return value if isinstance(value, str) and value else refuse(key, "must be a text that is not empty")


def one_of(*words: str) -> Check:
    """One of some words."""
    return lambda value, key: value if value in words else refuse(key, f"must be one of {', '.join(words)}")


def refuse(key: str, how: str) -> NoReturn:
    """Refuses the config: `Err` is what WIT's `result` makes of the error; any other exception is a trap."""
    raise Err(f"{key}: {how}")
