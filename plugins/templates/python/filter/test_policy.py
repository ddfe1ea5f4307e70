"""The policy against a mock of the gateway, without WebAssembly. Never a substitute for cases.toml, which asks the component."""

import unittest

from witgate import mock
from witgate.filter import Action, HeaderOp

import policy


def forwarded(request: mock.Request) -> object:
    mock.configure(policy, {"header": "x-tenant", "claim": "tenant", "remove": ["server"]})
    return request.run(policy.Filter().on_request)


class Headers(unittest.TestCase):
    def test_the_claim_goes_into_the_header(self) -> None:
        request = mock.request("GET", "/orders").header("x-tenant", "forged").claim("tenant", "acme")
        self.assertEqual(forwarded(request), Action.forward([HeaderOp.set("x-tenant", "acme")]))

    def test_what_cannot_stand_in_a_header_is_removed(self) -> None:
        request = mock.request("GET", "/orders").claim("tenant", "acme\r\nx-admin: 1")
        self.assertEqual(forwarded(request), Action.forward([HeaderOp.remove("x-tenant")]))

    def test_a_wrong_config_names_its_key(self) -> None:
        with self.assertRaisesRegex(Exception, "add: is no key"):
            mock.configure(policy, {"header": "x-tenant", "claim": "a", "add": 1})
