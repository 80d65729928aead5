"""Tell errors apart."""

from __future__ import annotations

from graphwire import errors, get_sync_client


def main(url: str) -> list[str]:
    """Provoke one error of each kind; return what was caught."""
    caught: list[str] = []
    with get_sync_client(url) as client:
        try:
            client.threads.get("00000000-0000-0000-0000-000000000000")
        except errors.NotFoundError as error:
            caught.append(f"{error.status_code}: {error.message}")
        try:
            client.threads.get("")
        except errors.InvalidArgumentError as error:
            caught.append(error.argument)
        try:
            client.runs.wait(None, "failing", input={})
        except errors.RunFailedError as error:
            caught.append(f"{error.type}: {error.message}")
    return caught
