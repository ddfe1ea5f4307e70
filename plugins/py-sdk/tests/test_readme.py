"""The README's first policy, which is what authors begin with. Never a copy of it: the page itself is run."""

import pathlib
import re
import types
import unittest

from witgate import mock
from witgate.authorizer import Decision

PAGE = (pathlib.Path(__file__).parent.parent / "README.md").read_text()


class Readme(unittest.TestCase):
    def test_the_gate_lets_in_a_role_and_no_text_that_it_is_a_part_of(self) -> None:
        gate = types.ModuleType("gate")
        exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], gate.__dict__)

        def decided(roles: object) -> object:
            mock.configure(gate, {"role": "staff"})
            request = mock.request("GET", "/").claim("realm_access", {"roles": roles})
            return request.run(gate.Authorizer().authorize)

        self.assertEqual(decided(["customer", "staff"]), Decision.allow)
        for roles in ("non-staff", "staff", ["non-staff"], {"staff": True}, 7, None):
            self.assertEqual(decided(roles).value.code, "role_missing", roles)
