"""Refusals by the names of the Rust SDK. Never checks what it builds: the gateway does."""

from wit_world.imports import types


class Refusal(types.Refusal):
    """A status from 400 to 599, a code of `[a-z0-9_]{1,64}` for machines, a message that the caller may read. A role
    may return it."""

    @classmethod
    def bad_request(cls, code: str, message: str) -> "Refusal":
        """400: the request itself is wrong."""
        return cls(400, code, message)

    @classmethod
    def unauthorized(cls, code: str, message: str) -> "Refusal":
        """401: who are you? The gateway adds the challenge."""
        return cls(401, code, message)

    @classmethod
    def forbidden(cls, code: str, message: str) -> "Refusal":
        """403: known, and not allowed."""
        return cls(403, code, message)

    @classmethod
    def not_found(cls, code: str, message: str) -> "Refusal":
        """404: for callers who may not even know that it is there."""
        return cls(404, code, message)

    @classmethod
    def too_many_requests(cls, code: str, message: str) -> "Refusal":
        """429: allowed, and too often."""
        return cls(429, code, message)

    @classmethod
    def unavailable(cls, code: str, message: str) -> "Refusal":
        """503: nobody's fault on the caller's side."""
        return cls(503, code, message)
