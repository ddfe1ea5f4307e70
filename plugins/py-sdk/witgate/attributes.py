"""Attributes as the contract has them: pairs of texts. Never a text for what is absent."""

import math
from collections.abc import Mapping


def pairs(attributes: Mapping[str, object]) -> list[tuple[str, str]]:
    """Texts, numbers and booleans (`true`, `false`) in this order; one that is `None` is left out. Raises `TypeError`
    for any other value, such as a list."""
    return [(name, _text(name, value)) for name, value in attributes.items() if value is not None]


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        # as JSON, the other kit and the Rust SDK spell it
        return "true" if value else "false"
    if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    raise TypeError(f"the attribute {name} must be a text, a number or a boolean")
