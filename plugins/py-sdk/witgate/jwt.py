"""The token of this request, for authenticators: no other world imports it. Never holds a key: the gateway verifies."""

from collections.abc import Sequence

from wit_world.imports import jwt as gateway

from witgate.failing import Failing, failing


class Failure(Failing):
    """Why a token was not accepted: `reason` is a word of `jwt.failure` in wit/host.wit, such as "missing" or
    "expired"."""


def peek() -> gateway.Header:
    """The unverified header (`alg`, `kid`, `typ`), for choosing a profile only. Raises `Failure`."""
    with failing(Failure):
        return gateway.peek()


def unverified_issuer() -> str | None:
    """The unverified `iss`, for choosing a profile only."""
    return gateway.unverified_issuer()


def profile() -> str | None:
    """The configured profile whose issuer is exactly the unverified `iss`."""
    return gateway.profile()


def verify(
    profile: str,
    *,
    algorithms: Sequence[str] = (),
    audiences: Sequence[str] = (),
    required_claims: Sequence[str] = (),
    max_age_seconds: int | None = None,
) -> None:
    """Verifies the token; then the claims can be read, and `Outcome.authenticated` counts. Raises `Failure`."""
    demands = gateway.Demands(list(algorithms), list(audiences), list(required_claims), max_age_seconds)
    with failing(Failure):
        gateway.verify(profile, demands)
