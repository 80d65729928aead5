"""Read settings from environment variables, or from the files that they name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from graphwire_auth.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Environment"]

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


class Environment:
    """Variables under one prefix. `NAME_FILE` names a file that holds the value of `NAME`."""

    def __init__(self, prefix: str, environ: Mapping[str, str] | None = None) -> None:
        self._prefix = prefix
        self._environ = os.environ if environ is None else environ

    def text(self, name: str) -> str | None:
        """Return a value without the spaces around it; `None` where it is unset or empty.

        Raises:
            ConfigurationError: A file cannot be read, or both forms are set.
        """
        full = self._prefix + name
        direct = self._environ.get(full, "").strip()
        path = self._environ.get(f"{full}_FILE", "").strip()
        if direct and path:
            raise ConfigurationError(f"{full} and {full}_FILE are both set; keep one")
        if not path:
            return direct or None
        try:
            found = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{full}_FILE: {type(error).__name__} at {path}") from None
        if not found:
            raise ConfigurationError(f"{full}_FILE: {path} is empty")
        return found

    def names(self, name: str) -> list[str]:
        """Return a comma-separated list; empty where it is unset."""
        found = self.text(name) or ""
        return [part.strip() for part in found.split(",") if part.strip()]

    def number(self, name: str, default: float) -> float:
        """Return a number.

        Raises:
            ConfigurationError: The value is not a number.
        """
        found = self.text(name)
        try:
            return default if found is None else float(found)
        except ValueError:
            raise ConfigurationError(f"{self._prefix}{name}: expected a number") from None

    def flag(self, name: str) -> bool:
        """Return whether a variable says yes; unset means no.

        Raises:
            ConfigurationError: The value says neither.
        """
        found = (self.text(name) or "no").lower()
        if found not in YES | NO:
            raise ConfigurationError(f"{self._prefix}{name}: expected yes or no")
        return found in YES
