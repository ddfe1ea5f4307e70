"""What a policy in Python imports, by the names of the Rust SDK. Never more than the four worlds have in common:
`authorizer`, `authenticator`, `router` and `filter` have each role's answers, `jwt`, `store` and `outbound` are for
worlds that import them."""

import importlib.util

if importlib.util.find_spec("wit_world") is None:
    # no component: the bindings exist in one only
    from witgate import native

    native.install()

from witgate import claims, log, request
from witgate.config import count, described, flag, list_of, one_of, optional, refuse, required, text
from witgate.plugin import Plugin
from witgate.refusal import Refusal
from witgate.role import role

__all__ = [
    "Plugin",
    "Refusal",
    "claims",
    "count",
    "described",
    "flag",
    "list_of",
    "log",
    "one_of",
    "optional",
    "refuse",
    "request",
    "required",
    "role",
    "text",
]
