"""The operator's log: a fixed sentence, and what belongs to it by name. Never log a token or a secret."""

from wit_world.imports import log as gateway


def debug(message: str, **fields: object) -> None:
    """For the policy's author: `log.debug("no such rule", rule=name)`."""
    _event(gateway.Level.DEBUG, message, fields)


def info(message: str, **fields: object) -> None:
    """For the record."""
    _event(gateway.Level.INFO, message, fields)


def warn(message: str, **fields: object) -> None:
    """What somebody should look at one day."""
    _event(gateway.Level.WARN, message, fields)


def error(message: str, **fields: object) -> None:
    """What somebody should look at now."""
    _event(gateway.Level.ERROR, message, fields)


def _event(level: gateway.Level, message: str, fields: dict[str, object]) -> None:
    gateway.log(level, message, [(name, str(value)) for name, value in fields.items()])
