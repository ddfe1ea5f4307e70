"""A role's method as the gateway calls it. Never turns an exception into an answer: it costs the request a 500, as a
panic does in Rust."""

import functools
import importlib
from collections.abc import Callable
from typing import Any

from witgate import log
from witgate.refusal import Refusal

_REFUSED = {
    "authorize": ("authorizer", "Decision_Deny"),
    "authenticate": ("authenticator", "Outcome_Refused"),
    "select": ("router", "Selection_Refused"),
    "on_request": ("filter", "Action_Refused"),
}


def role(answer: Callable[..., Any]) -> Callable[..., Any]:
    """For the method of a role, which may return a `Refusal`. The operator's log gets the kind and the place of what
    it raises."""
    refused = _refused(answer.__name__)

    @functools.wraps(answer)
    def told(*given: Any, **named: Any) -> Any:
        try:
            answered = answer(*given, **named)
            return refused(answered) if isinstance(answered, Refusal) else answered
        except BaseException as error:
            # not the message: it may hold a claim
            log.error("the policy raised", kind=type(error).__name__, place=_place(error))
            raise

    return told


def _refused(method: str) -> Callable[[Refusal], Any]:
    """What makes the role's answer of a refusal; `on_response` has none."""
    if method not in _REFUSED:
        return lambda refusal: refusal
    interface, case = _REFUSED[method]
    return getattr(importlib.import_module(f"wit_world.exports.{interface}"), case)


def _place(error: BaseException) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return "" if frame is None else f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
