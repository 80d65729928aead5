"""An ASGI application in a thread of this process, behind a socket."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import Any, Self

from graphwire_core.testing._failures import ServerStartError, require
from graphwire_core.transports._asgi import AsgiApplication, Receive, Scope, SendMessage
from graphwire_core.transports._lifespan import Lifespan, LifespanMode

__all__ = ["HOST", "AppServer"]

HOST = "127.0.0.1"
MARGIN = 10.0
"""Seconds beyond its limit in which a slow machine may notice that it is over."""
GRACE = 1
"""Seconds that open requests get to end in when the server stops."""


class AppServer:
    """Any ASGI application on a free loopback port, for as long as a `with` block lasts.

    ```python
    with AppServer(app) as server:
        client = get_sync_client(server.url)
    ```
    """

    def __init__(
        self,
        app: AsgiApplication,
        *,
        lifespan: LifespanMode = "on",
        start_timeout: float = 30,
        stop_timeout: float = 10,
    ) -> None:
        """Describe a server; `start` or a `with` block starts it.

        Args:
            app: The application.
            lifespan: `"on"`: its lifespan runs, and it must have one; `"auto"`: it runs where there
                is one; `"off"`: it does not.
            start_timeout: Seconds until it must be ready.
            stop_timeout: Seconds that it gets to end in.

        Raises:
            MissingPackageError: `uvicorn` is not installed.
        """
        require("uvicorn")
        self._app = app
        self._mode = lifespan
        self._state: dict[str, Any] = {}
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._port = 0
        self._server: Any = None
        self._thread: threading.Thread | None = None
        self._problem: BaseException | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        """The event loop that the application runs in; `None` before it has started."""

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"http://{HOST}:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the application and wait until it can be called.

        Raises:
            ConfigurationError: It has no lifespan, or failed to start; the error says where.
            ServerStartError: It was not ready in time.
        """
        import uvicorn  # the kit is importable without it

        self._problem = None
        listener = socket.create_server((HOST, 0))
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._call,
            interface="asgi3",
            lifespan="off",  # the one that runs here says what is wrong
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._serve(listener),), name="graphwire server", daemon=True
        )
        self._thread.start()
        # The lifespan has the same limit, and says more when it is over.
        deadline = time.monotonic() + self._start_timeout + MARGIN
        while not self._server.started and self._thread.is_alive():
            if time.monotonic() > deadline:
                self.stop()
                raise ServerStartError(
                    f"The application was not ready in {self._start_timeout:g} s"
                )
            time.sleep(0.005)
        if self._problem is not None:
            self.stop()
            raise self._problem

    def stop(self) -> None:
        """End open requests and the application's lifespan, then the thread."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._server.should_exit = True
            thread.join(self._stop_timeout)

    async def _serve(self, listener: socket.socket) -> None:
        self.loop = asyncio.get_running_loop()
        lifespan = Lifespan(self._app, self._mode, self._start_timeout)
        try:
            await lifespan.start()
            self._state = lifespan.state
            await self._server.serve(sockets=[listener])
        except BaseException as error:  # noqa: BLE001  # raised in the thread that waits for it
            self._problem = error
        finally:
            listener.close()
            await lifespan.end()

    async def _call(self, scope: Scope, receive: Receive, send: SendMessage) -> None:
        scope["state"] = dict(self._state)
        await self._app(scope, receive, send)
