"""The environment variables of a client's options, and what a wrong option's error says."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from graphwire_core._arguments import describe
from graphwire_core.errors import ConfigurationError

__all__ = ["Found", "check_env_file", "complaint", "read_variables", "variables_of"]

_OWN_NAMES: dict[str, tuple[str, ...]] = {
    "url": ("GRAPHWIRE_URL", "LANGGRAPH_API_URL"),
    "api_key": (
        "GRAPHWIRE_API_KEY",
        "LANGGRAPH_API_KEY",
        "LANGSMITH_API_KEY",
        "LANGCHAIN_API_KEY",
    ),
}
"""Options that the LangGraph ecosystem has variables for; each other has one of its own."""

_MEANT_EMPTY = frozenset({"plugins"})
"""Options whose empty variable says something: no plugins. Any other empty one counts as unset."""

_WANTED = {
    "url": "an http:// or https:// URL",
    "api_key": "text",
    "headers": "a mapping of names to text, a JSON object in the environment",
    "timeout": "seconds (above 0) or a Timeout, a number or a JSON object in the environment",
    "retry": "a Retry or None, a JSON object or null in the environment",
    "encryption_context": "a mapping, a JSON object in the environment",
    "transport": "the name of a transport",
    "auth": "the name of credentials",
    "verify": "True, False, a path or an ssl.SSLContext",
    "cert": "a path, (certificate, key) or (certificate, key, password)",
    "proxy": "the URL of a proxy",
    "trust_env": "True or False",
    "limits": "Limits, a JSON object in the environment",
    "http2": "True or False",
    "plugins": "names separated by commas",
    "plugins_block": "names separated by commas",
    "log": "'debug', 'info' or 'warning'",
}
_SECRET = frozenset({"url", "api_key", "headers", "encryption_context", "cert", "proxy"})
"""Options whose values an error does not show."""


class Found(NamedTuple):
    """What a variable holds, and where it is from."""

    value: str
    source: str


def variables_of(option: str) -> tuple[str, ...]:
    """Return the environment variables of an option; the first that is set counts."""
    return _OWN_NAMES.get(option, (f"GRAPHWIRE_{option.upper()}",))


def read_variables(options: Collection[str], env_file: Any) -> dict[str, Found]:
    """Read options from the environment, then from the `.env` file that was named, if one was."""
    places: list[tuple[Mapping[str, str | None], str]] = [(os.environ, "environment")]
    if env_file is not None:
        places.append((_read(env_file), f"file {os.fspath(env_file)}"))
    found: dict[str, Found] = {}
    for variables, place in places:
        for option in options:
            for name in variables_of(option):
                value = variables.get(name)
                meant = value is not None and (value.strip() or option in _MEANT_EMPTY)
                if value is not None and meant and option not in found:
                    found[option] = Found(value.strip(), f"{place} {name}")
    return found


def check_env_file(env_file: object) -> None:
    """Refuse what is no path of a file.

    Raises:
        ConfigurationError: It is none.
    """
    if env_file is None:
        return
    if not isinstance(env_file, str | os.PathLike):
        got = type(env_file).__name__
        raise ConfigurationError(f"keyword env_file=: expected a .env file, got {got}")
    if not Path(env_file).expanduser().is_file():
        raise ConfigurationError(f"keyword env_file=: no file at {os.fspath(env_file)!r}")


def _read(env_file: Any) -> Mapping[str, str | None]:
    from dotenv import dotenv_values  # noqa: PLC0415  # most clients read no such file

    problem = ""
    try:
        return dotenv_values(Path(env_file).expanduser())
    except (OSError, ValueError) as error:  # what it says may hold a secret
        problem = type(error).__name__
    raise ConfigurationError(
        f"keyword env_file=: {os.fspath(env_file)!r} cannot be read: {problem}"
    )


def complaint(error: ValidationError, given: Mapping[str, Any], env_file: Any) -> str:
    """Say which option is wrong, the keyword or variable it came from, and what was expected."""
    first = error.errors(include_url=False, include_context=False)[0]
    option = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        return f"keyword {option}=: there is no such option; known: {', '.join(_WANTED)}"
    source = f"keyword {option}="
    value = given.get(option)
    if option not in given:
        found = read_variables([option], env_file)[option]
        source, value = found.source, found.value
    if first["type"] == "value_error":
        return f"{source}: {first['msg'].removeprefix('Value error, ')}"
    inside = [str(part) for part in first["loc"][1:] if str(part).islower()]
    where = f"{'.'.join(inside)}: " if inside and isinstance(value, Mapping | str) else ""
    got = type(value).__name__ if option in _SECRET else describe(value)
    return f"{source}: {where}expected {_WANTED[option]}, got {got}"
