"""Decide one call: find the rule, run it on a draft, read its answer, write its changes.

Knows nothing of any server. `decide` lets a rule's mistakes through, for tests; `guard` turns
them into a plain 500, for servers: whatever goes wrong, nothing is allowed by it.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import ValidationError

from graphwire_auth._filters import Filter, FilterDict, checked
from graphwire_auth._values import VALUE_MODELS, AuthValue
from graphwire_auth._writeback import Draft
from graphwire_auth.exceptions import AuthError, FilterError, HTTPException

if TYPE_CHECKING:
    from graphwire_auth._context import AuthContext
    from graphwire_auth._registry import Registry
    from graphwire_auth._rules import Rule

__all__ = ["Policy", "as_refusal", "decide", "guard", "refuse_mistake"]

Uncovered: TypeAlias = Literal["deny", "allow"]
logger = logging.getLogger("graphwire_auth")


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for all rules of an `Auth`."""

    uncovered: Uncovered = "deny"
    """What happens to a call without a rule, once there is any rule."""
    ignored_mutations: Literal["error", "allow"] = "error"
    """What happens to a change that the server does not read back."""


async def decide(
    registry: Registry, policy: Policy, ctx: AuthContext[Any], sent: dict[str, Any]
) -> FilterDict | None:
    """Run the rule for a call; `sent` is changed in place as the rule wishes.

    Returns the filter to apply, `None` for none.

    Raises:
        HTTPException: The call is refused.
        AuthError: The rule is faulty: nothing may be allowed.
    """
    rule = registry.find(ctx.resource, ctx.action)
    if rule is not None:
        return await run(rule, policy, ctx, sent)
    if len(registry) and policy.uncovered == "deny":
        raise HTTPException(403, f"Forbidden: no rule covers {ctx.resource}.{ctx.action}")
    return None


async def run(
    rule: Rule, policy: Policy, ctx: AuthContext[Any], sent: dict[str, Any]
) -> FilterDict | None:
    """Run one rule. Raises as `decide` does."""
    call = f"{ctx.resource}.{ctx.action}"
    key = (ctx.resource, ctx.action)
    known = VALUE_MODELS.get(key, AuthValue)
    model = None if rule.models is None else rule.models.get(key, AuthValue)
    try:
        draft = Draft(call, sent, known, model)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, e["loc"])) for e in error.errors()}))
        raise HTTPException(422, f"{call}: unexpected value of {fields}") from None
    result = await _answer(rule, ctx, draft)
    found = _read(rule, result)
    draft.apply(strict=policy.ignored_mutations == "error")
    if found is None or ctx.resource != "store":
        return found
    _into_search(ctx.action, found, sent)
    return None


async def _answer(rule: Rule, ctx: AuthContext[Any], draft: Draft) -> object:
    try:
        return await rule.handler(ctx=ctx, value=draft.view)
    except AssertionError as error:
        # `assert` states a permission, as everybody's rules for this server do.
        raise HTTPException(403, str(error) or None) from None
    except Exception as error:  # noqa: BLE001  # passed on, as what it means
        raise as_refusal(error) from error.__cause__


def _read(rule: Rule, result: object) -> FilterDict | None:
    if result is None or result is True:
        return None
    if result is False:
        raise HTTPException(403)
    if isinstance(result, (Filter, Mapping)):
        return checked(result)
    raise AuthError(
        f"{rule.name}: a rule returns None, True, False or a filter, got {type(result).__name__}"
    )


def _into_search(action: str, found: FilterDict, sent: dict[str, Any]) -> None:
    """Put a filter on store items into the search itself: the server would lose or garble it."""
    if action != "search":
        raise FilterError(
            f"store.{action}: the server ignores a filter here; put the caller into the namespace"
        )
    if any(name.startswith("$") or isinstance(v, dict) for name, v in found.items()):
        raise FilterError("store.search: items can only be filtered by equality of plain values")
    asked = sent.get("filter") or {}
    if not isinstance(asked, dict) or any(k in asked and asked[k] != v for k, v in found.items()):
        raise HTTPException(403, "Forbidden: the search asks for items of somebody else")
    sent["filter"] = asked | found


async def guard(
    registry: Registry, policy: Policy, ctx: AuthContext[Any], sent: dict[str, Any]
) -> FilterDict | None:
    """Decide, and refuse with a 500 where the rule is faulty.

    Raises:
        HTTPException: The call is refused.
    """
    try:
        return await decide(registry, policy, ctx, sent)
    except HTTPException:
        raise
    except Exception as error:  # noqa: BLE001  # a rule may raise anything; all of it refuses
        raise refuse_mistake(f"the rule for {ctx.resource}.{ctx.action}", error) from None


def refuse_mistake(what: str, error: Exception) -> HTTPException:
    """Log where a handler failed, and make the 500 that says no more than that it did.

    The error's text is logged only when it is our own: others may quote a token.
    """
    frame = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" ({frame[0].filename}:{frame[0].lineno}, {frame[0].name})" if frame else ""
    text = f": {error}" if isinstance(error, AuthError) else ""
    logger.error("%s failed: %s%s%s", what, type(error).__name__, text, place)
    return HTTPException(500)


def as_refusal(error: Exception) -> Exception:
    """Translate the `HTTPException` of Starlette, FastAPI or langgraph-sdk; pass others through."""
    kinds = {(kind.__module__.partition(".")[0], kind.__name__) for kind in type(error).__mro__}
    if kinds.isdisjoint((home, "HTTPException") for home in ("starlette", "langgraph_sdk")):
        return error
    status, detail = getattr(error, "status_code", 500), getattr(error, "detail", None)
    try:
        return HTTPException(status, str(detail) or None, getattr(error, "headers", None))
    except (TypeError, ValueError):
        return error
