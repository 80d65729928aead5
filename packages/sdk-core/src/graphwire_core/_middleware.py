"""Middleware around one attempt: the request on its way out, the outcome on its way in."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from graphwire_core._arguments import describe
from graphwire_core.errors import GraphwireError, PluginError
from graphwire_core.plugins._types import Attempt, Middleware, MiddlewareFlow, Outcome
from graphwire_core.transports._types import Request

__all__ = ["Around"]


class Around:
    """The flows of the middlewares of one attempt, begun one inside the other."""

    def __init__(self, middleware: Sequence[Middleware], attempt: Attempt) -> None:
        self._flows: list[tuple[Middleware, MiddlewareFlow]] = []
        self._started = time.monotonic()
        self._status_code: int | None = None
        self._headers: Mapping[str, str] = {}
        self.size = 0
        self.request: Request = attempt.request
        for one in middleware:
            seen = Attempt(self.request, attempt.route, attempt.number, attempt.stream)
            try:
                self._begin(one, seen)
            except Exception as error:
                failure = _failure(one, error)
                self.end(failure)
                if failure is error:
                    raise
                raise failure from error

    def _begin(self, middleware: Middleware, attempt: Attempt) -> None:
        flow = middleware.attempt(attempt)
        request = next(flow, None)
        self._flows.append((middleware, flow))
        if not isinstance(request, Request):
            self._flows.pop()
            raise PluginError(
                f"{_name(middleware)}: expected it to yield a Request, got {describe(request)}"
            )
        self.request = request

    def answered(self, status_code: int, headers: Mapping[str, str]) -> None:
        """Note the head of the response."""
        self._status_code, self._headers = status_code, headers

    def end(self, error: BaseException | None = None) -> None:
        """Tell every flow how the attempt ended; a second call does nothing.

        A flow that fails at this does not hide `error`, nor keep the outcome from the others.
        """
        flows, self._flows = self._flows, []
        duration = time.monotonic() - self._started
        outcome = Outcome(self._status_code, self._headers, error, duration, self.size)
        failures = []
        for middleware, flow in reversed(flows):
            try:
                flow.send(outcome)
                flow.close()
            except StopIteration:
                continue
            except Exception as raised:  # noqa: BLE001  # whatever the middleware raises
                failure = _failure(middleware, raised)
                failure.__cause__ = raised if failure is not raised else raised.__cause__
                failures.append(failure)
        if error is not None:
            for failure in failures:
                error.add_note(failure.message)
        elif failures:
            raise failures[0]


def _failure(middleware: Middleware, error: Exception) -> GraphwireError:
    if isinstance(error, GraphwireError):
        return error
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return PluginError(f"{_name(middleware)} failed: {said}")


def _name(middleware: Middleware) -> str:
    return f"middleware {type(middleware).__name__}"
