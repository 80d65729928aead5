"""The version of this distribution, and how requests name it."""

from __future__ import annotations

from typing import Final

__all__ = ["USER_AGENT", "__version__"]

__version__: Final = "0.1.0"
"""Version of `graphwire-core`; a test holds it level with the packages' metadata."""

USER_AGENT: Final = f"graphwire/{__version__}"
"""`User-Agent` of every request."""
