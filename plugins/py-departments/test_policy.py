"""The policy under `PYTHONPATH=../py-sdk python3 -m unittest`. Never a component: cases.toml is for that."""

import unittest

from witgate import mock
from witgate.authorizer import Decision

import policy

CONFIG = {"departments": {"engineering": ["*"], "audit": ["GET"]}}


def decision(request: mock.Request, **config: object) -> object:
    mock.configure(policy, CONFIG | config)
    return request.run(policy.Authorizer().authorize)


class Departments(unittest.TestCase):
    def test_a_listed_department_uses_its_methods(self) -> None:
        self.assertEqual(decision(mock.request("GET", "/").claim("department", "audit")), Decision.allow)
        self.assertEqual(
            decision(mock.request("PUT", "/").claim("department", ["audit", "engineering"])), Decision.allow
        )

    def test_another_method_is_refused_and_the_log_says_so(self) -> None:
        denied = decision(mock.request("POST", "/").claim("department", "audit"))
        self.assertEqual((denied.value.status, denied.value.code), (403, "department_method"))
        self.assertEqual(mock.logs()[0].fields, {"code": "department_method"})

    def test_strangers_are_left_to_the_next_authorizer_where_the_config_says_so(self) -> None:
        request = mock.request("GET", "/").claim("department", "sales")
        self.assertEqual(decision(request).value.code, "department_not_listed")
        self.assertEqual(decision(request, otherwise="abstain"), Decision.abstain)

    def test_a_wrong_config_is_refused_with_its_key(self) -> None:
        for config, words in [({"departments": {}}, "departments: must name"), ({"claims": "a"}, "claims: is no key")]:
            with self.assertRaises(mock.Err) as refused:
                decision(mock.request("GET", "/"), **config)
            self.assertIn(words, refused.exception.value)
