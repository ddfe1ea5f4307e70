"""Configs and their schema under `python3 -m unittest`. Never a config that is taken in part."""

import json
import unittest

from witgate import Plugin, count, flag, list_of, mock, one_of, optional, refuse, required, text


class Config(unittest.TestCase):
    KEYS = {
        "header": required(text),
        "mode": optional(one_of("deny", "abstain"), "deny"),
        "limit": optional(count),
        "dry": optional(flag, False),
        "tenants": optional(list_of(text)),
    }

    def plugin(self, **more: object) -> Plugin:
        return Plugin("a", "1", "d", self.KEYS, codes=["no"], **more)

    def test_a_good_config_is_read_with_its_defaults(self) -> None:
        plugin = self.plugin()
        plugin.lifecycle().configure('{"header": "x", "limit": 3, "tenants": ["a"]}')
        self.assertEqual(plugin.config, {"header": "x", "mode": "deny", "limit": 3, "dry": False, "tenants": ["a"]})

    def test_each_fault_begins_with_the_key_that_is_wrong(self) -> None:
        faults = {
            "{}": "header: is missing",
            '{"header": ""}': "header: must be a text",
            '{"header": "x", "hed": 1}': "hed: is no key",
            '{"header": "x", "mode": "allow"}': "mode: must be one of deny, abstain",
            '{"header": "x", "limit": true}': "limit: must",
            '{"header": "x", "dry": "no"}': "dry: must be true or false",
            '{"header": "x", "tenants": "a"}': "tenants: must be a list",
            '{"header": "x", "tenants": ["a", 1]}': "tenants[1]: must be a text",
        }
        for config, words in faults.items():
            with self.assertRaises(mock.Err) as refused:
                self.plugin().lifecycle().configure(config)
            self.assertTrue(refused.exception.value.startswith(words), refused.exception.value)

    def test_configure_may_refuse_and_may_make_something_else_of_the_config(self) -> None:
        plugin = self.plugin(
            configure=lambda given: refuse("header", "no") if given["header"] == "host" else {given["header"]}
        )
        with self.assertRaises(mock.Err):
            plugin.lifecycle().configure('{"header": "host"}')
        self.assertIsNone(plugin.config)
        plugin.lifecycle().configure('{"header": "x"}')
        self.assertEqual(plugin.config, {"x"})

    def test_describe_has_the_schema_of_the_same_keys_with_the_codes(self) -> None:
        said = self.plugin().lifecycle().describe()
        schema = json.loads(said.config_schema)
        self.assertEqual((said.name, schema["required"], schema["additionalProperties"]), ("a", ["header"], False))
        self.assertEqual(schema["x-witgate-codes"], ["no"])
        self.assertEqual(schema["properties"]["mode"], {"enum": ["deny", "abstain"], "default": "deny"})
