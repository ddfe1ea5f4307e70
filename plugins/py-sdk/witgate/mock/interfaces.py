"""The gateway's functions, answered from the made-up request. Never decides more than the gateway would."""

import json
from typing import Any

from componentize_py_types import Err
from wit_world.imports import claims, outbound, store
from wit_world.imports.log import Level

from witgate.mock import state
from witgate.mock.pointer import pointed

MAX_KEY_BYTES = 256
MAX_VALUE_BYTES = 65536


def header(name: str) -> bytes | None:
    return next(iter(header_values(name)), None)


def header_values(name: str) -> list[bytes]:
    return [value for known, value in state.current.headers if known == name.lower()]


def query_param(name: str) -> str | None:
    return next((value for known, value in state.current.query if known == name), None)


def claim(name: str) -> Any:
    """In the gateway's shapes: a list of texts only is texts; other lists, objects, null and numbers outside the range of
    an s64 are JSON."""
    value = _as_read(pointed(state.current.claims, name))
    if value is None:
        return None
    is_texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
    if is_texts:
        return claims.ClaimValue_Texts(value)
    shapes = {
        str: claims.ClaimValue_Text,
        bool: claims.ClaimValue_Boolean,
        int: claims.ClaimValue_Integer,
        float: claims.ClaimValue_Number,
    }
    is_far = (type(value) is int and not -(2**63) <= value < 2**63) or (type(value) is float and abs(value) >= 2**63)
    shape = None if is_far else shapes.get(type(value))
    return claims.ClaimValue_Json(json.dumps(value)) if shape is None else shape(value)


def _as_read(value: Any) -> Any:
    """As the gateway reads JSON: an integer that 64 bits do not hold is a float, at every depth."""
    if isinstance(value, list):
        return [_as_read(one) for one in value]
    if isinstance(value, dict):
        return {name: _as_read(one) for name, one in value.items()}
    is_wide = type(value) is int and not -(2**63) <= value < 2**64
    return float(value) if is_wide else value


def has_scope(scope: str) -> bool:
    text, scp = state.current.claims.get("scope"), state.current.claims.get("scp")
    held = [one for words in (text, scp) if isinstance(words, str) for one in words.split(" ")]
    return scope != "" and (scope in held or (isinstance(scp, list) and scope in scp))


def log(level: Level, message: str, fields: list[tuple[str, str]]) -> None:
    state.current.logs.append(state.LogEvent(level.name.lower(), message, dict(fields)))


def store_get(key: str) -> bytes | None:
    return state.current.store.get(key) if _is_key(key) else None


def store_set(key: str, value: bytes, ttl_seconds: int | None) -> None:
    _check_key(key)
    if len(value) > MAX_VALUE_BYTES:
        raise Err(store.Error.VALUE_TOO_LARGE)
    # What lives no second is gone already.
    if ttl_seconds == 0:
        state.current.store.pop(key, None)
    else:
        state.current.store[key] = value


def store_delete(key: str) -> None:
    state.current.store.pop(key, None)


def store_increment(key: str, by: int, ttl_seconds: int | None) -> int:
    _check_key(key)
    if ttl_seconds == 0 and key not in state.current.store:
        return by
    try:
        total = int(state.current.store.get(key, b"0").decode("ascii")) + by
    except ValueError:
        raise Err(store.Error.NOT_A_NUMBER) from None
    if not -(2**63) <= total < 2**63:
        raise Err(store.Error.OVERFLOW)
    state.current.store[key] = str(total).encode()
    return total


def send(request: Any) -> Any:
    state.current.sent.append(request)
    answer = state.current.answers.get(request.url, "denied")
    if isinstance(answer, str):
        raise Err(outbound.Error[answer.upper().replace("-", "_")])
    return answer


def _is_key(key: str) -> bool:
    return 1 <= len(key.encode()) <= MAX_KEY_BYTES


def _check_key(key: str) -> None:
    if not _is_key(key):
        raise Err(store.Error.KEY)
