"""Lets the gateway verify the token, demands one claim of it, and leaves that claim as an attribute. Never sees a key, and
never tells the caller what is wrong with a token: the gateway's log and metrics do."""

from witgate import Plugin, Refusal, claims, jwt, required, role, text
from witgate.authenticator import Outcome

# Read once for each instance. What is refused here refuses the load: the gateway keeps what it had.
config = {"claim": required(text)}

plugin = Plugin(
    "{{name}}", "0.1.0", "{{about}}", config, codes=["token_missing", "token_invalid", "keys_unavailable"]
)

Lifecycle = plugin.lifecycle

REFUSALS = {
    "missing": Refusal.unauthorized("token_missing", "This resource needs an access token."),
    "keys-unavailable": Refusal.unavailable("keys_unavailable", "Tokens cannot be verified now."),
}
INVALID = Refusal.unauthorized("token_invalid", "The access token is not valid here.")


class Authenticator:
    @role
    def authenticate(self) -> Outcome | Refusal:
        claim = plugin.config["claim"]
        try:
            verify(claim)
        except jwt.Failure as failure:
            return REFUSALS.get(failure.reason, INVALID)
        value = claims.get(claim)
        # a list or an object has no one spelling
        return Outcome.authenticated({claim: value} if isinstance(value, str) else {})


def verify(claim: str) -> None:
    """Raises the first rule that the token broke."""
    jwt.peek()
    # the profile of gateway.toml whose issuer the token names
    profile = jwt.profile()
    if profile is None:
        raise jwt.Failure("unknown-issuer")
    jwt.verify(profile, required_claims=[claim])
