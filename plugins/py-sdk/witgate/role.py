"""What becomes of an exception. Never turns one into a decision: it costs the request a 500, as a panic does."""

import functools
from collections.abc import Callable

from wit_world.imports.log import Level

from witgate.host import log


def role[**P, R](answer: Callable[P, R]) -> Callable[P, R]:
    """For the method of a role: the operator's log gets the kind and the place of what it raises."""

    @functools.wraps(answer)
    def told(*given: P.args, **named: P.kwargs) -> R:
        try:
            return answer(*given, **named)
        except BaseException as error:
            # not the message: it may hold a claim
            log(Level.ERROR, "the policy raised", kind=type(error).__name__, place=_place(error))
            raise

    return told


def _place(error: BaseException) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return "" if frame is None else f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
