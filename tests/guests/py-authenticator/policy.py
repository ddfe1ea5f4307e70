"""An authenticator in Python: a token of a known issuer, with the tenant as an attribute. Never for production: it
tells the caller what is wrong with a token."""

from witgate import Plugin, Refusal, claims, count, flag, jwt, optional, role
from witgate.authenticator import Outcome

plugin = Plugin(
    "py-authenticator",
    "0.1.0",
    "Authenticates by token and passes the tenant on",
    {"anonymous": optional(flag, False), "max-age-seconds": optional(count)},
    codes=["token_missing", "token_expired", "token_invalid", "issuer_unknown"],
)

Lifecycle = plugin.lifecycle


class Authenticator:
    @role
    def authenticate(self) -> Outcome | Refusal:
        try:
            return verified()
        except jwt.Failure as failure:
            return refused(failure.reason)


def verified() -> Outcome | Refusal:
    header = jwt.peek()
    profile = jwt.profile()
    if profile is None:
        return Refusal.unauthorized("issuer_unknown", f"Nobody here knows {jwt.unverified_issuer()}.")
    jwt.verify(profile, required_claims=["sub"], max_age_seconds=plugin.config["max-age-seconds"])
    return Outcome.authenticated({"tenant": claims.get("tenant") or "none", "alg": header.alg})


def refused(reason: str) -> Outcome | Refusal:
    if reason != "missing":
        code = "token_expired" if reason == "expired" else "token_invalid"
        return Refusal.unauthorized(code, f"The token is refused: {reason}.")
    return Outcome.anonymous if plugin.config["anonymous"] else Refusal.unauthorized("token_missing", "Bring a token.")
