"""An `Auth` made from installed plugins and the environment alone.

`langgraph.json` names it: `"auth": {"path": "graphwire_auth.deployment:auth"}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphwire_auth._auth import Auth
from graphwire_auth._environment import Environment
from graphwire_auth._plugins import add_plugins
from graphwire_auth.exceptions import ConfigurationError
from graphwire_auth.ownership import Ownership

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphwire_auth.schemes import Scheme

    auth: Auth
    """The object for `langgraph.json`, made when it is first asked for."""

__all__ = ["auth", "build"]

OFF = "off"


def build(environ: Mapping[str, str] | None = None) -> Auth:
    """Make the `Auth` of a deployment.

    The authenticator comes from a plugin, or from `GRAPHWIRE_AUTH_JWT_*`, `_API_KEYS` and
    `_INTROSPECTION_*`. What no plugin's rule covers is decided by `Ownership`:
    `GRAPHWIRE_AUTH_OWNERSHIP` names its field (`owner`), or is `off`; `_ADMIN_PERMISSION`,
    `_SYSTEM_ASSISTANTS` and `_STUDIO` are its options.

    Raises:
        ConfigurationError: Nothing says who may call, or nothing says what callers may do.
        PluginError: A plugin is broken.
    """
    env = Environment("GRAPHWIRE_AUTH_", environ)
    made = Auth()
    add_plugins(made, environ=environ)
    _add_authenticator(made, environ)
    _add_ownership(made, env)
    if not len(made.registry):
        raise ConfigurationError(
            "no rule is registered: install a plugin that has some, or leave "
            "GRAPHWIRE_AUTH_OWNERSHIP on"
        )
    return made


def _add_authenticator(made: Auth, environ: Mapping[str, str] | None) -> None:
    schemes = _schemes(environ)
    if made.authenticator is not None:
        if schemes:
            raise ConfigurationError(
                f"a plugin brings the authenticator {made.authenticator.name}, and the environment "
                "configures another; keep one"
            )
        return
    if not schemes:
        raise ConfigurationError(
            "nothing says who may call this deployment: install a plugin with an authenticator, or "
            "set GRAPHWIRE_AUTH_JWT_*, GRAPHWIRE_AUTH_API_KEYS or GRAPHWIRE_AUTH_INTROSPECTION_*"
        )
    from graphwire_auth.schemes import AnyOf  # noqa: PLC0415  # as below

    made.authenticate(schemes[0] if len(schemes) == 1 else AnyOf(*schemes))


def _schemes(environ: Mapping[str, str] | None) -> list[Scheme]:
    # Imported here, so that a deployment loads what it uses and nothing else.
    from graphwire_auth.api_keys import ApiKeys  # noqa: PLC0415
    from graphwire_auth.introspection import TokenIntrospection  # noqa: PLC0415
    from graphwire_auth.jwt import JWTBearer  # noqa: PLC0415

    made = [kind.from_env(environ) for kind in (JWTBearer, TokenIntrospection, ApiKeys)]
    return [scheme for scheme in made if scheme is not None]


def _add_ownership(made: Auth, env: Environment) -> None:
    asked = env.text("OWNERSHIP")
    has_global = made.registry.find("*", "*") is not None
    if has_global and asked not in (None, OFF):
        raise ConfigurationError(
            "a plugin brings a rule for every call, so GRAPHWIRE_AUTH_OWNERSHIP would decide "
            "nothing; unset it"
        )
    if has_global or asked == OFF:
        return
    made.on(
        Ownership(
            field=asked or "owner",
            admin=env.text("ADMIN_PERMISSION"),
            system_assistants=env.flag("SYSTEM_ASSISTANTS"),
            studio=env.flag("STUDIO"),
        )
    )


def __getattr__(name: str) -> Any:
    if name != "auth":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Made on demand, so that importing this module to look at it needs no configuration.
    return globals().setdefault("auth", build())
