"""The hook by which an installed package brings rules into a deployment.

```python
@hookimpl
def graphwire_auth_handlers(auth: Auth) -> None:
    auth.on(Ownership())
```

The package names the module, or object, that holds it by an entry point of the group `graphwire`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from graphwire_auth._auth import Auth

__all__ = ["AuthHooks", "hookimpl"]

PROJECT = "graphwire"
"""The entry-point group, and the name under which pluggy marks hooks."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Decorator that marks a function of a plugin as an implementation of the hook of its name."""


class AuthHooks:
    """Specification of the hook."""

    @hookspec
    def graphwire_auth_handlers(self, auth: Auth) -> None:
        """Register an authenticator, rules, or both."""
