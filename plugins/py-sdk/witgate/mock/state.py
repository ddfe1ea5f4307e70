"""The request under way, as the mock's interfaces answer from it. Never kept from one run for the next, but for what
was logged and sent."""

import copy
from dataclasses import dataclass, field
from typing import Any


@dataclass
class State:
    """Everything that the interfaces answer from."""

    method: str = "GET"
    path: str = "/"
    route: str = "test"
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    query: list[tuple[str, str]] = field(default_factory=list)
    authority: str = "gateway.test"
    peer: str = "192.0.2.1"
    attributes: dict[str, str] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    verified: bool = False
    issuers: dict[str, str] = field(default_factory=dict)
    token: tuple[dict[str, Any], dict[str, Any]] | None = None
    unreadable: str | None = None
    verdict: str | None = None
    now: int = 0
    leeway: int = 30
    store: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    logs: list["LogEvent"] = field(default_factory=list)
    sent: list[Any] = field(default_factory=list)


@dataclass
class LogEvent:
    """One event that a policy logged; `level` is "debug", "info", "warn" or "error"."""

    level: str
    message: str
    fields: dict[str, str]


current = State()


def begin(made: State) -> None:
    """Begins a run with a copy of what was made up."""
    global current
    current = copy.deepcopy(made)


def finish() -> None:
    """Forgets the request, but not what it logged and sent."""
    global current
    current = State(logs=current.logs, sent=current.sent)
