"""Start the real server with the example's graph, run `main.py` against it, stop the server."""

import os
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from graphwire_core.testing import DevServer, ServerStartError

HERE = Path(__file__).resolve().parent
LONGEST_RUN = 120.0


def main(arguments: list[str]) -> int:
    """Return the exit code: 0 when the whole example worked."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    console = Console(highlight=False, soft_wrap=True)
    server = DevServer(HERE / "langgraph.json")
    try:
        began = time.monotonic()
        with _spinner(console, "Starting the LangGraph server ..."):
            server.start()
        waited = time.monotonic() - began
        console.print(f"Server {server.pid} is ready at {server.url} after {waited:.1f} s")
        return _run_example(console, server, arguments)
    except ServerStartError as error:
        console.print(Text(str(error), "red"))
        return 1
    finally:
        server.stop()
        console.print("Server stopped.")


def _run_example(console: Console, server: DevServer, arguments: list[str]) -> int:
    host = urlsplit(server.url).hostname or ""
    loopback = {"GRAPHWIRE_URL": server.url, "NO_PROXY": host, "no_proxy": host}
    command = [sys.executable, str(HERE / "main.py"), *arguments]
    environment = {**os.environ, **loopback}
    try:
        done = subprocess.run(command, env=environment, timeout=LONGEST_RUN, check=False)
        problem = f"ended with exit code {done.returncode}" if done.returncode else None
    except subprocess.TimeoutExpired:
        problem = f"did not end within {LONGEST_RUN:g} s"
    if problem is None:
        return 0
    console.print(Text(f"main.py {problem}. The end of the server's log:", "red"))
    console.print(Text(server.log_tail()))
    return 1


def _spinner(console: Console, text: str) -> AbstractContextManager[object]:
    if console.is_terminal:
        return console.status(text)
    console.print(text)
    return nullcontext()


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
