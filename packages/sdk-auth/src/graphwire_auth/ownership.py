"""The usual policy, ready made: everybody owns what they create, and sees nothing else.

```python
auth.on(Ownership(field="owner"))
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from graphwire_auth._filters import F, Filter
from graphwire_auth._user import StudioUser
from graphwire_auth._values import ACTIONS
from graphwire_auth.exceptions import ConfigurationError, HTTPException

if TYPE_CHECKING:
    from graphwire_auth._context import AuthContext

__all__ = ["Ownership", "owner_label"]

Json = dict[str, Any]
_STAMPED = frozenset({"create", "update", "create_run"})


class Ownership:
    """A rule for every call: stamp on create, filter on everything else, namespace the store.

    `admin` names the permission whose holders see everything, unstamped. `system_assistants`
    shows everybody the assistants that the server makes, one per graph. `studio` lets Studio in,
    as a user like any other, instead of refusing it.

    Raises:
        ConfigurationError: `field` or `admin` is not a usable name.
    """

    def __init__(
        self,
        *,
        field: str = "owner",
        admin: str | None = None,
        system_assistants: bool = False,
        studio: bool = False,
    ) -> None:
        if not field or field.startswith("$") or field in ("created_by", "assistant_id"):
            raise ConfigurationError(f"field: {field!r} cannot hold an owner")
        if admin == "":
            raise ConfigurationError("admin: expected a permission or None, got an empty string")
        self.field = field
        self.admin = admin
        self.system_assistants = system_assistants
        self.studio = studio

    async def __call__(self, ctx: AuthContext, value: Json) -> Filter | None:
        """Decide one call."""
        if ctx.action not in ACTIONS.get(ctx.resource, ()):
            raise HTTPException(403, f"Forbidden: nothing is known of {ctx.resource}.{ctx.action}")
        if isinstance(ctx.user, StudioUser) and not self.studio:
            raise HTTPException(403, "Forbidden: this deployment does not trust LangGraph Studio")
        if self.admin is not None and self.admin in ctx.permissions:
            return None
        if ctx.resource == "store":
            _move_home(ctx.user.identity, value)
            return None
        if ctx.action in _STAMPED:
            self._stamp(ctx, value)
        return self._mine(ctx)

    def _mine(self, ctx: AuthContext) -> Filter:
        mine = F(self.field) == ctx.user.identity
        if self.system_assistants and (ctx.resource, ctx.action) in _SHARED:
            return mine | (F("created_by") == "system")
        return mine

    def _stamp(self, ctx: AuthContext, value: Json) -> None:
        metadata = value.get("metadata")
        # A cancellation describes runs there, a copy and a change of state send none.
        if isinstance(metadata, dict) and "action" not in value:
            metadata[self.field] = ctx.user.identity
            if ctx.resource == "assistants" and metadata.get("created_by") == "system":
                del metadata["created_by"]
        payload = value.get("payload")
        if isinstance(payload, dict):
            _stamp_payload(payload, self.field, ctx.user.identity)


def owner_label(identity: str) -> str:
    """Make the namespace label that holds the store items of `identity`.

    Graphs that write to the store themselves put it first: `(owner_label(user), "memories")`.
    No label begins another, and none holds a character that a store might read as a pattern.
    """
    if not identity:
        raise ValueError("identity: expected a name, got an empty string")
    coded = re.sub(r"[^A-Za-z0-9-]", lambda m: f"={ord(m.group()):X}=", identity)
    return f"{coded}~"


_SHARED = frozenset({("assistants", "read"), ("assistants", "search")})


def _move_home(identity: str, value: Json) -> None:
    """Put the caller's label before the namespace, which is how every later check knows them."""
    value["namespace"] = (owner_label(identity), *(value.get("namespace") or ()))
    if value.get("max_depth") is not None:
        value["max_depth"] += 1


def _stamp_payload(payload: Json, field: str, identity: str) -> None:
    # The runs of a cron take their metadata from its payload before that of the cron.
    for holder in (payload, payload.get("config")):
        if isinstance(holder, dict) and isinstance(holder.get("metadata"), dict):
            holder["metadata"][field] = identity
