"""The request this call is about. Everything comes from the client and is unverified, except attributes. Never keeps
anything: every call asks, and what is absent is `None`."""

from wit_world.imports import request as gateway


def method() -> str:
    """The method in upper case, such as "GET"."""
    return gateway.method()


def path() -> str:
    """The one canonical path that routing, policies and the upstream see; without the query."""
    return gateway.path()


def route() -> str:
    """The name of the matched route in gateway.toml."""
    return gateway.route()


def header(name: str) -> str | None:
    """The first value of a header, its name in any case; `None` where it is absent or no UTF-8."""
    value = gateway.header(name)
    return None if value is None else _decoded(value)


def header_values(name: str) -> list[str | None]:
    """Every value of a header, in the order received; `None` stands for one that is no UTF-8."""
    return [_decoded(value) for value in gateway.header_values(name)]


def query_param(name: str) -> str | None:
    """The first value of a query parameter, percent-decoded."""
    return gateway.query_param(name)


def authority() -> str:
    """The host and port that the client asked for."""
    return gateway.authority()


def peer_address() -> str:
    """The IP address of the peer, without a port."""
    return gateway.peer_address()


def attribute(name: str) -> str | None:
    """A fact that an earlier policy left ("tenant"), or a path parameter of the route ("path.id")."""
    return gateway.attribute(name)


def _decoded(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None
