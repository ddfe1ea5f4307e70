"""HTTP to the hosts that the plugin's entry lists. Never follows a redirect, and never in `configure`: nothing may
wait there."""

from collections.abc import Mapping

from wit_world.imports import outbound as gateway

from witgate.failing import Failing, failing


class OutboundError(Failing):
    """Why there is no answer: `reason` is a word of `outbound.error` in wit/grants.wit, such as "denied" or
    "timeout"."""


def send(method: str, url: str, headers: Mapping[str, str | bytes] = {}, body: str | bytes = b"") -> gateway.Response:
    """Sends one request and takes the whole answer (`status`, `headers`, `body`), whatever its status. Raises
    `OutboundError`."""
    pairs = [(name, _encoded(value)) for name, value in headers.items()]
    with failing(OutboundError):
        return gateway.send(gateway.Request(method, url, pairs, _encoded(body)))


def _encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
