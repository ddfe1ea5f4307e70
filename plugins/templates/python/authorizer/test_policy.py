"""The policy against a mock of the gateway, without WebAssembly. Never a substitute for cases.toml, which asks the component."""

import unittest

from witgate import mock
from witgate.authorizer import Decision

import policy


def decided(request: mock.Request) -> object:
    mock.configure(policy, {"role": "staff"})
    return request.run(policy.Authorizer().authorize)


class Roles(unittest.TestCase):
    def test_the_role_lets_in(self) -> None:
        staff = mock.request("GET", "/orders/1").claim("roles", ["staff"])
        self.assertEqual(decided(staff), Decision.allow)

    def test_a_refusal_is_logged_with_the_role(self) -> None:
        stranger = mock.request("GET", "/orders/1").claim("roles", ["customer"])
        self.assertNotEqual(decided(stranger), Decision.allow)
        self.assertEqual(mock.logs()[0].fields["role"], "staff")

    def test_a_wrong_config_names_its_key(self) -> None:
        for config, words in [({}, "role: is missing"), ({"role": "staff", "rule": 1}, "rule: is no key")]:
            with self.assertRaisesRegex(Exception, words):
                mock.configure(policy, config)
