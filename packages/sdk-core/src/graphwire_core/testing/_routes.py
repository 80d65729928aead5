"""Which answer belongs to which call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from graphwire_core._arguments import describe
from graphwire_core.errors import ConfigurationError, GraphwireError
from graphwire_core.testing._calls import RecordedCall
from graphwire_core.testing._failures import NoRouteError
from graphwire_core.testing._replies import Reply, ReplySource, check_source, reply_of
from graphwire_core.transports._types import Request

__all__ = ["Route", "Routes"]

_NAME = re.compile(r"\{([A-Za-z_]\w*)\}")


class Route:
    """Answers calls of one method and path, and remembers them."""

    def __init__(self, method: str, path: str, replies: Sequence[ReplySource]) -> None:
        if not isinstance(path, str) or not path.startswith("/"):
            raise ConfigurationError(f"path: expected one that begins with '/', got {path!r}")
        if not replies:
            raise ConfigurationError(f"route {method} {path}: expected a reply, got none")
        for reply in replies:
            check_source(reply)
        self.method = method.upper()
        self.path = path
        self.calls: list[RecordedCall] = []
        """What it was asked, the first call first."""
        self._replies = tuple(replies)
        pieces = _NAME.split(path)  # text and names in turn
        if len(set(pieces[1::2])) < len(pieces[1::2]):
            raise ConfigurationError(f"path: expected names that differ, got {path!r}")
        pattern = [
            f"(?P<{piece}>[^/]+)" if number % 2 else re.escape(piece)
            for number, piece in enumerate(pieces)
        ]
        self._pattern = re.compile("".join(pattern))

    def params_of(self, method: str, path: str) -> dict[str, str] | None:
        """Return what stands for the names of the path; `None` when the route is another."""
        found = self._pattern.fullmatch(path) if method == self.method else None
        return {name: unquote(text) for name, text in found.groupdict().items()} if found else None

    def answer(self, call: RecordedCall) -> Reply | GraphwireError:
        """Return the next answer; the last one is given again and again."""
        turn = min(len(self.calls), len(self._replies) - 1)
        self.calls.append(call)
        return reply_of(self._replies[turn], call)

    def __repr__(self) -> str:
        return f"<Route {self.method} {self.path}, {len(self.calls)} calls>"


class Routes:
    """The routes of a mock, and the calls that it received."""

    def __init__(self) -> None:
        self.calls: list[RecordedCall] = []
        """Every call, in order."""
        self._routes: list[Route] = []

    def on(self, method: str, path: str, *replies: ReplySource) -> Route:
        """Answer calls of a method and a path.

        Args:
            method: HTTP method.
            path: Path of the URL, where `{name}` stands for one segment.
            *replies: Answers in turn, the last one again and again: see `ReplySource`.

        Returns:
            The route, with the calls that it answered. It goes before one that was added earlier.

        Raises:
            ConfigurationError: The path or a reply is none.
            InvalidArgumentError: A reply has no JSON form.
        """
        if not isinstance(method, str) or not method.isalpha():
            raise ConfigurationError(f"method: expected an HTTP method, got {describe(method)}")
        route = Route(method, path, replies)
        self._routes.insert(0, route)
        return route

    def answer(self, request: Request) -> Reply:
        """Record a request and return its answer.

        Raises:
            NoRouteError: No route fits.
            GraphwireError: The answer is this error.
        """
        call = RecordedCall.of(request)
        for route in self._routes:
            params = route.params_of(call.method, call.path)
            if params is not None:
                call = RecordedCall.of(request, params)
                self.calls.append(call)
                reply = route.answer(call)
                if isinstance(reply, GraphwireError):
                    raise reply
                return reply
        self.calls.append(call)
        known = ", ".join(f"{one.method} {one.path}" for one in reversed(self._routes)) or "none"
        raise NoRouteError(f"The mock has no route for {call}; routes: {known}")
