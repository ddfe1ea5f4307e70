"""Reading a policy's `config` strictly, and saying as JSON Schema what it may be. Never takes a key that nobody knows:
each fault begins with the key that is wrong."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from componentize_py_types import Err

Check = Callable[[Any, str], Any]

_MISSING = object()


def settings(config_json: str, keys: Mapping[str, Check]) -> dict[str, Any]:
    """The settings in a config; `keys` names each key with its reader. The gateway shows what is raised, and refuses
    the load."""
    given = json.loads(config_json)
    for key in given:
        if key not in keys:
            refuse(key, f"is no key of this policy; it knows {', '.join(keys)}")
    return {key: reader(given.get(key, _MISSING), key) for key, reader in keys.items()}


def schema_of(keys: Mapping[str, Check], codes: Sequence[str] = ()) -> dict[str, Any]:
    """The JSON Schema of the same keys, with the policy's own codes."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {key: getattr(reader, "schema", {}) for key, reader in keys.items()},
        "required": [key for key, reader in keys.items() if getattr(reader, "is_required", False)],
        "additionalProperties": False,
    }
    return schema | ({"x-witgate-codes": list(codes)} if codes else {})


def described(schema: Mapping[str, Any]) -> Callable[[Check], Check]:
    """For a check of one's own: the JSON Schema of what it takes."""

    def with_schema(check: Check) -> Check:
        check.schema = dict(schema)
        return check

    return with_schema


def required(check: Check) -> Check:
    """A key that must be there."""

    @described(getattr(check, "schema", {}))
    def reader(value: Any, key: str) -> Any:
        return refuse(key, "is missing") if value is _MISSING else check(value, key)

    reader.is_required = True
    return reader


def optional(check: Check, otherwise: Any = None) -> Check:
    """A key that may be left out."""

    @described(getattr(check, "schema", {}) | ({} if otherwise is None else {"default": otherwise}))
    def reader(value: Any, key: str) -> Any:
        return otherwise if value is _MISSING else check(value, key)

    return reader


@described({"type": "string", "minLength": 1})
def text(value: Any, key: str) -> str:
    """A text that is not empty."""
    return value if isinstance(value, str) and value else refuse(key, "must be a text that is not empty")


@described({"type": "boolean"})
def flag(value: Any, key: str) -> bool:
    """True or false."""
    return value if isinstance(value, bool) else refuse(key, "must be true or false")


@described({"type": "integer", "minimum": 0})
def count(value: Any, key: str) -> int:
    """A whole number that is not negative."""
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if good else refuse(key, "must be a whole number, 0 or more")


def one_of(*words: str) -> Check:
    """One of some words."""

    @described({"enum": list(words)})
    def check(value: Any, key: str) -> str:
        return value if value in words else refuse(key, f"must be one of {', '.join(words)}")

    return check


def list_of(check: Check) -> Check:
    """A list, each item of which passes a check."""

    @described({"type": "array", "items": getattr(check, "schema", {})})
    def each(value: Any, key: str) -> list[Any]:
        if not isinstance(value, list):
            refuse(key, "must be a list")
        return [check(item, f"{key}[{index}]") for index, item in enumerate(value)]

    return each


def refuse(key: str, how: str) -> NoReturn:
    """Refuses the config: `Err` is what WIT's `result` makes of the error; any other exception is a trap."""
    raise Err(f"{key}: {how}")
