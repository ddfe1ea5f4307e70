"""What a policy in Python imports. Never more than the four worlds have in common; `witgate.authorizer` has an authorizer's words."""

from witgate.config import one_of, optional, required, settings, text
from witgate.host import attribute, authority, claim, has_scope, header, headers, log, peer_address, query_param
from witgate.role import role

__all__ = [
    "attribute", "authority", "claim", "has_scope", "header", "headers", "log", "one_of", "optional", "peer_address",
    "query_param", "required", "role", "settings", "text",
]
