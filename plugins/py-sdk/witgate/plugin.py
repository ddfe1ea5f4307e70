"""A plugin's life: what it says of itself, and its config. Never keeps a config that was refused."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wit_world.exports.lifecycle import Metadata

from witgate.config import Check, schema_of, settings


class Plugin:
    """`plugin = Plugin("needs-scope", "0.1.0", "Needs a scope", {"scope": required(text)}, codes=["scope_missing"])`,
    then `Lifecycle = plugin.lifecycle`. `codes` lists every code of the policy's own; `configure` may check what was
    read, or return something else to be `plugin.config`."""

    def __init__(
        self,
        name: str,
        version: str,
        description: str,
        config: Mapping[str, Check] = {},
        *,
        codes: Sequence[str] = (),
        configure: Callable[[dict[str, Any]], Any] = lambda given: given,
    ) -> None:
        self.config: Any = None
        self.lifecycle = self._lifecycle(
            Metadata(name, version, description, json.dumps(schema_of(config, codes))), config, configure
        )

    def _lifecycle(
        self, metadata: Metadata, keys: Mapping[str, Check], configured: Callable[[dict[str, Any]], Any]
    ) -> type:
        plugin = self

        class Lifecycle:
            """The exported interface."""

            def describe(self) -> Metadata:
                return metadata

            def configure(self, config_json: str) -> None:
                given = settings(config_json, keys)
                answer = configured(given)
                plugin.config = given if answer is None else answer

        return Lifecycle
