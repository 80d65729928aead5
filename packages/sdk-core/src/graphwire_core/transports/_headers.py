"""Headers as bytes and as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

__all__ = ["ReceivedHeaders", "raw"]


class ReceivedHeaders(Mapping[str, str]):
    """Headers of a response, decoded when the first is asked for: most calls ask for none.

    Names are in lower case, repeated ones are joined by `, `.
    """

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self._pairs = pairs

    @cached_property
    def _joined(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for raw_name, raw_value in self._pairs:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return headers

    def __getitem__(self, name: str) -> str:
        return self._joined[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._joined)

    def __len__(self) -> int:
        return len(self._joined)


def raw(headers: Mapping[str, str], host: bytes) -> list[tuple[bytes, bytes]]:
    """Return headers as they are written, `host` first where the request names no other."""
    pairs = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    return pairs if "host" in headers else [(b"host", host), *pairs]
