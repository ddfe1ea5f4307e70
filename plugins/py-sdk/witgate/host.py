"""The gateway as Python sees it: what is absent, and what is no text, is `None`. Never keeps anything: every call asks."""

import json

from wit_world.imports import claims, request
from wit_world.imports import log as gateway


def header(name: str) -> str | None:
    """The first value of a header, its name in any case."""
    value = request.header(name)
    return None if value is None else _decoded(value)


def headers(name: str) -> list[str | None]:
    """Every value of a header, in the order received; `None` stands for one that is no UTF-8."""
    return [_decoded(value) for value in request.header_values(name)]


def query_param(name: str) -> str | None:
    """The first value of a query parameter, percent-decoded."""
    return request.query_param(name)


def authority() -> str:
    """The host and port that the client asked for."""
    return request.authority()


def peer_address() -> str:
    """The IP address of the peer, without a port."""
    return request.peer_address()


def attribute(name: str) -> str | None:
    """A fact that an earlier policy left ("tenant"), or a path parameter of the route ("path.id")."""
    return request.attribute(name)


def claim(name: str) -> object:
    """A verified claim by top-level name, or by RFC 6901 pointer when it starts with "/". A null claim is absent."""
    value = claims.get(name)
    if isinstance(value, claims.ClaimValue_Json):
        return json.loads(value.value)
    return None if value is None else value.value


def has_scope(scope: str) -> bool:
    """Whether `scope` or `scp` has this scope."""
    return claims.has_scope(scope)


def log(level: gateway.Level, message: str, **fields: object) -> None:
    """One event of the operator's log. Never log a token."""
    gateway.log(level, message, [(name, str(value)) for name, value in fields.items()])


def _decoded(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None
