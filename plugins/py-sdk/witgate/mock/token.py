"""The made-up token, judged in the gateway's order. Never checks a signature, a date or a revocation: `token_fails`
says how those went."""

from typing import Any, NoReturn

from componentize_py_types import Err
from wit_world.imports import jwt

from witgate.mock import state
from witgate.mock.pointer import pointed

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
REFUSED_MEMBERS = ("crit", "b64", "jku", "x5u", "jwk", "x5c", "cty", "enc", "zip")


def peek() -> Any:
    members, _ = _token()
    alg, kid, typ = (members.get(name) for name in ("alg", "kid", "typ"))
    texts = isinstance(alg, str) and all(one is None or isinstance(one, str) for one in (kid, typ))
    if any(name in members for name in REFUSED_MEMBERS) or not texts or kid == "":
        _fail("malformed")
    if alg.strip().lower() == "none":
        _fail("algorithm")
    return jwt.Header(alg, kid, typ)


def unverified_issuer() -> str | None:
    issuer = None if state.current.token is None else state.current.token[1].get("iss")
    return issuer if isinstance(issuer, str) else None


def profile() -> str | None:
    issuer = unverified_issuer()
    return next((name for name, known in state.current.issuers.items() if known == issuer), None)


def verify(name: str, demands: Any) -> None:
    state.current.claims, state.current.verified = {}, False
    state.current.claims, state.current.verified = _judged(name, demands), True


def _judged(name: str, demands: Any) -> dict[str, Any]:
    """In the gateway's order: what is demanded at all, the credential, the profile, then the token itself."""
    demanded = [_algorithm(one) for one in demands.algorithms]
    _check(all(one in ALGORITHMS for one in demanded), "algorithm")
    _, claims = _token()
    _check(name in state.current.issuers, "other")
    alg = _algorithm(peek().alg)
    _said("missing", "malformed", "unknown-issuer")
    _check(alg in ALGORITHMS and (not demanded or alg in demanded), "algorithm")
    _said("algorithm")
    _check(unverified_issuer() == state.current.issuers[name], "unknown-key")
    _said("unknown-key", "keys-unavailable", "signature", "issuer")
    _check_audience(claims.get("aud"), demands.audiences)
    _said("audience", "claim", "expired", "not-yet-valid")
    _check_age(claims.get("iat"), demands.max_age_seconds)
    _check(all(pointed(claims, wanted) is not None for wanted in demands.required_claims), "claim")
    if state.current.verdict is not None:
        _fail(state.current.verdict)
    return claims


def _check_audience(aud: Any, wanted: list[str]) -> None:
    if wanted:
        named = [aud] if isinstance(aud, str) else aud
        _check(isinstance(named, list) and all(isinstance(one, str) for one in named), "claim")
        _check(any(one != "" and one in named for one in wanted), "audience")


def _check_age(issued: Any, seconds: int | None) -> None:
    if seconds is not None:
        _check(type(issued) is int and issued >= 0, "claim")
        _check(state.current.now - issued <= seconds + state.current.leeway, "expired")


def _token() -> tuple[dict[str, Any], dict[str, Any]]:
    if state.current.unreadable is not None:
        _fail(state.current.unreadable)
    return state.current.token or _fail("missing")


def _algorithm(name: str) -> str:
    return "EdDSA" if name == "Ed25519" else name


def _said(*failures: str) -> None:
    if state.current.verdict in failures:
        _fail(state.current.verdict)


def _check(holds: bool, failure: str) -> None:
    if not holds:
        _fail(failure)


def _fail(failure: str) -> NoReturn:
    raise Err(jwt.Failure[failure.upper().replace("-", "_")])
