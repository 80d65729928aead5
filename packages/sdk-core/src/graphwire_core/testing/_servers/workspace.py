"""The temporary folder that a server works in, and what a server is told by its environment."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphwire_core.errors import ConfigurationError

__all__ = ["ENVIRONMENT", "INSIDE", "SERVER", "Workspace", "check_not_inside", "import_path"]

SERVER = ("langgraph_cli", "langgraph_api")
"""Packages that are the server."""

ENVIRONMENT = {
    "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": "1",
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGGRAPH_NO_VERSION_CHECK": "true",
    "LANGSMITH_TRACING": "false",
    "LOG_COLOR": "false",
    "PYTHONUNBUFFERED": "1",
}
"""Nothing leaves the machine, and the log is plain text, written as it happens."""

INSIDE = "GRAPHWIRE_TESTING_SERVER"
"""Variable of the server's own process: a server that starts one there would never end."""

STATE = ".langgraph_api"
"""Folder that the server writes to, wherever it is started."""

_LEFT_OUT = frozenset({STATE, "__pycache__"})


class Workspace:
    """A folder with links to the files next to a configuration.

    The server is started there, because it writes a folder wherever it is started.
    """

    def __init__(
        self, config: Path | None, graphs: Mapping[str, str], state: Path | None = None
    ) -> None:
        """Make the folder.

        Args:
            config: A `langgraph.json`. Default: one that has the `graphs` only.
            graphs: Where more graphs are loaded from, by name.
            state: A folder for what the server writes. Default: it is removed with this one.
        """
        self._config = config
        self._folder = tempfile.TemporaryDirectory(
            prefix="langgraph-dev-", ignore_cleanup_errors=True
        )
        self.name = self._folder.name
        self.path = Path(self.name, "app")
        """The folder that the server is started in."""
        self.path.mkdir()
        self.config = config.name if config else "langgraph.json"
        """Name of its configuration."""
        if config is not None:
            for entry in config.parent.iterdir():
                if entry.name not in _LEFT_OUT:
                    (self.path / entry.name).symlink_to(entry)
        if state is not None:
            state.mkdir(parents=True, exist_ok=True)
            (self.path / STATE).symlink_to(state.resolve())
        content: dict[str, Any] = self.content() if config else {"dependencies": ["."]}
        own = _reaching(content, config.parent) if config else content
        if graphs or own != content or config is None:
            own["graphs"] = {**own.get("graphs", {}), **graphs}
            (self.path / self.config).unlink(missing_ok=True)
            (self.path / self.config).write_text(json.dumps(own))

    def content(self) -> dict[str, Any]:
        """Return what the configuration says.

        Raises:
            ConfigurationError: It is no JSON object.
        """
        try:
            content = json.loads((self.path / self.config).read_text())
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{self._config}: cannot be read: {error}") from error
        if not isinstance(content, dict):
            raise ConfigurationError(f"{self._config}: expected a JSON object")
        return content

    def shown(self, text: str) -> str:
        """Name the files next to the configuration as they are, not as the server sees them."""
        if self._config is None:
            return text
        inside, outside = f"{self.path}{os.sep}", f"{self._config.parent}{os.sep}"
        return text.replace(f"{inside}.{os.sep}", outside).replace(inside, outside)

    def cleanup(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()


def _reaching(value: Any, home: Path) -> Any:
    """Return a configuration whose paths to other folders hold in the workspace too."""
    if isinstance(value, dict):
        return {name: _reaching(one, home) for name, one in value.items()}
    if isinstance(value, list):
        return [_reaching(one, home) for one in value]
    outside = isinstance(value, str) and (value == ".." or value.startswith("../"))
    return os.path.normpath(home / value) if outside else value


def import_path(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a `PYTHONPATH` with which another process imports what this one does."""
    own = (sys.prefix, sys.base_prefix)
    ours = [folder or str(Path.cwd()) for folder in sys.path if not folder.startswith(own)]
    given = environment.get("PYTHONPATH", "")
    return {"PYTHONPATH": os.pathsep.join([*([given] if given else []), *ours])}


def check_not_inside() -> None:
    """Refuse to start a server in the process of one.

    Raises:
        ConfigurationError: This is the process of one.
    """
    if INSIDE in os.environ:
        raise ConfigurationError("The module of a graph starts a server when it is imported")
