"""The policy against a mock of the gateway, without WebAssembly. Never with a real signature: those are the gateway's."""

import unittest

from witgate import mock
from witgate.authenticator import Outcome

import policy

ISSUER = "https://issuer.test"


def answer(request: mock.Request) -> object:
    mock.configure(policy, {"claim": "tenant"})
    return request.run(policy.Authenticator().authenticate)


def signed() -> mock.Request:
    claims = {"iss": ISSUER, "sub": "alice", "tenant": "acme"}
    return mock.request("GET", "/orders").issuer("main", ISSUER).token({"alg": "ES256"}, claims)


class Tokens(unittest.TestCase):
    def test_a_good_token_leaves_its_claim(self) -> None:
        self.assertEqual(answer(signed()), Outcome.authenticated({"tenant": "acme"}))

    def test_the_caller_cannot_tell_one_bad_token_from_another(self) -> None:
        for failure in ["signature", "expired", "revoked"]:
            self.assertEqual(answer(signed().token_fails(failure)).value.code, "token_invalid")
        self.assertEqual(answer(signed().token_fails("keys-unavailable")).value.code, "keys_unavailable")

    def test_a_wrong_config_names_its_key(self) -> None:
        with self.assertRaisesRegex(Exception, "claim: must be a text"):
            mock.configure(policy, {"claim": ""})
