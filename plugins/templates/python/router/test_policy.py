"""The policy against a mock of the gateway, without WebAssembly. Never a substitute for cases.toml, which asks the component."""

import unittest

from witgate import mock
from witgate.router import Selection

import policy


def chosen(request: mock.Request) -> object:
    mock.configure(policy, {"upstreams": {"gold": "fast"}})
    return request.run(policy.Router().select)


class Plans(unittest.TestCase):
    def test_a_listed_plan_has_its_upstream(self) -> None:
        self.assertEqual(chosen(mock.request("GET", "/orders").claim("plan", "gold")), Selection.to("fast"))

    def test_a_claim_of_another_shape_is_no_plan(self) -> None:
        for odd in [["gold"], {"gold": 1}, 7]:
            self.assertEqual(chosen(mock.request("GET", "/orders").claim("plan", odd)), Selection.default)

    def test_a_wrong_config_names_its_key(self) -> None:
        with self.assertRaisesRegex(Exception, "upstreams: must name an upstream"):
            mock.configure(policy, {"upstreams": {}})
