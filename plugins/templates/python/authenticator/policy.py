"""Lets the gateway verify the token, demands one claim of it, and leaves that claim as an attribute. Never sees a key, and
never tells the caller what is wrong with a token: the gateway's log and metrics do."""

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.authenticator import Outcome, Outcome_Authenticated, Outcome_Refused
from wit_world.exports.lifecycle import Metadata
from wit_world.imports import jwt
from wit_world.imports.jwt import Demands, Failure
from wit_world.imports.types import Refusal, RequestHead

from witgate import claim, required, role, settings, text

config: dict = {}

REFUSALS = {
    Failure.MISSING: Refusal(401, "token_missing", "This resource needs an access token."),
    Failure.KEYS_UNAVAILABLE: Refusal(503, "keys_unavailable", "Tokens cannot be verified now."),
}
INVALID = Refusal(401, "token_invalid", "The access token is not valid here.")


class Lifecycle(exports.Lifecycle):
    def describe(self) -> Metadata:
        return Metadata("{{name}}", "0.1.0", "{{about}}", None)

    def configure(self, config_json: str) -> None:
        """Once for each instance. What is refused here refuses the load: the gateway keeps what it had."""
        global config
        config = settings(config_json, {"claim": required(text)})


class Authenticator(exports.Authenticator):
    @role
    def authenticate(self, head: RequestHead) -> Outcome:
        try:
            verify()
        except Err as failure:
            return Outcome_Refused(REFUSALS.get(failure.value, INVALID))
        value = claim(config["claim"])
        return Outcome_Authenticated([(config["claim"], value)] if isinstance(value, str) else [])


def verify() -> None:
    """Raises the first rule that the token broke."""
    jwt.peek()
    # the profile of gateway.toml whose issuer the token names
    profile = jwt.profile()
    if profile is None:
        raise Err(Failure.UNKNOWN_ISSUER)
    jwt.verify(profile, Demands([], [], [config["claim"]], None))
