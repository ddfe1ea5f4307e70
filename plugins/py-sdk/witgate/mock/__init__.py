"""The gateway's stand-in for `python -m unittest`, by the names of the Rust SDK's mock. Never checks a signature or a date, and
never runs a component: `witgate plugin test` does.

    from witgate import mock
    import policy

    mock.configure(policy, {"scope": "orders:read"})
    request = mock.request("GET", "/orders").claim("scope", "orders:read")
    decision = request.run(policy.Authorizer().authorize)
"""

import copy
import json
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from componentize_py_types import Err

from witgate.mock import contract, state

__all__ = ["Err", "Request", "configure", "logs", "request", "sent"]


def configure(policy: ModuleType, config: Mapping[str, Any] = {}) -> None:
    """Configures a plugin, as the gateway does with the plugin's `config` table. Raises `componentize_py_types.Err`."""
    policy.Lifecycle().configure(json.dumps(config))


def logs() -> list[state.LogEvent]:
    """The log events of the last run."""
    return state.current.logs


def sent() -> list[Any]:
    """The outbound requests of the last run, also those that were denied."""
    return state.current.sent


def request(method: str, path: str) -> "Request":
    """A request to make up: no headers, no claims, no token."""
    return Request(state.State(method=method, path=path))


class Request:
    """A made-up request. Each method gives another one: nothing is changed in place."""

    def __init__(self, made: state.State) -> None:
        self._made = made

    def _with(self, change: Callable[[state.State], object]) -> "Request":
        made = copy.deepcopy(self._made)
        change(made)
        return Request(made)

    def _having(self, **values: object) -> "Request":
        return self._with(lambda made: vars(made).update(values))

    def route(self, name: str) -> "Request":
        """The name of the matched route."""
        return self._having(route=name)

    def header(self, name: str, value: str | bytes) -> "Request":
        """One more header value."""
        return self._with(lambda made: made.headers.append((name.lower(), _encoded(value))))

    def query(self, name: str, value: str) -> "Request":
        """One more query parameter, already decoded."""
        return self._with(lambda made: made.query.append((name, value)))

    def authority(self, authority: str) -> "Request":
        """The host and port that the client asked for."""
        return self._having(authority=authority)

    def peer(self, address: str) -> "Request":
        """The peer's IP address."""
        return self._having(peer=address)

    def attribute(self, name: str, value: str) -> "Request":
        """A fact that an earlier policy left, or a path parameter ("path.id")."""
        return self._with(lambda made: made.attributes.update({name: value}))

    def claim(self, name: str, value: Any) -> "Request":
        """A verified claim."""
        return self._with(lambda made: made.claims.update({name: value}))

    def issuer(self, profile: str, issuer: str) -> "Request":
        """An issuer profile: its name and its exact issuer."""
        return self._with(lambda made: made.issuers.update({profile: issuer}))

    def token(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> "Request":
        """A token: JOSE header and claims."""
        return self._having(token=(dict(header), dict(claims)), unreadable=None)

    def unreadable_token(self, failure: str) -> "Request":
        """A token that nobody can read, and why: "missing" or "malformed"."""
        return self._having(unreadable=failure)

    def token_fails(self, failure: str) -> "Request":
        """What only keys and clocks find wrong with the token, such as "expired"."""
        return self._having(verdict=failure)

    def now(self, unix_seconds: int) -> "Request":
        """What the token's maximum age is measured by."""
        return self._having(now=unix_seconds)

    def leeway(self, seconds: int) -> "Request":
        """The profile's leeway."""
        return self._having(leeway=seconds)

    def store_entry(self, key: str, value: str | bytes) -> "Request":
        """An entry of the granted store."""
        return self._with(lambda made: made.store.update({key: _encoded(value)}))

    def answer(self, url: str, status: int = 200, body: str | bytes = b"", *, fails: str | None = None) -> "Request":
        """What outbound HTTP to exactly this URL comes back with, or the word that it fails with. Any other is
        denied."""
        from wit_world.imports.outbound import Response

        answer = Response(status, [], _encoded(body)) if fails is None else fails
        return self._with(lambda made: made.answers.update({url: answer}))

    def run(self, call: Callable[[], Any]) -> Any:
        """Calls the plugin with this request. Raises `AssertionError` where the answer breaks the contract."""
        state.begin(self._made)
        try:
            answer = call()
            contract.check(answer, state.current.verified)
            return answer
        finally:
            state.finish()


def _encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
