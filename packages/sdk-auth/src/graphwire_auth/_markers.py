"""Names for the values of rules that read like the decorators: `types.on.threads.create.value`."""

# Every class is named as the decorator that it mirrors.
# ruff: noqa: N801, PYI042

from __future__ import annotations

from typing import TypeAlias

from graphwire_auth import _values as v

__all__ = ["on"]


class on:
    """Every call."""

    value: TypeAlias = v.AuthValue

    class threads:
        """Every call about `threads`."""

        value: TypeAlias = v.ThreadsValue

        class create:
            """`threads.create`."""

            value: TypeAlias = v.ThreadsCreate

        class read:
            """`threads.read`."""

            value: TypeAlias = v.ThreadsRead

        class update:
            """`threads.update`."""

            value: TypeAlias = v.ThreadsUpdate

        class delete:
            """`threads.delete`."""

            value: TypeAlias = v.ThreadsDelete

        class search:
            """`threads.search`."""

            value: TypeAlias = v.ThreadsSearch

        class create_run:
            """`threads.create_run`."""

            value: TypeAlias = v.RunsCreate

    class assistants:
        """Every call about `assistants`."""

        value: TypeAlias = v.AssistantsValue

        class create:
            """`assistants.create`."""

            value: TypeAlias = v.AssistantsCreate

        class read:
            """`assistants.read`."""

            value: TypeAlias = v.AssistantsRead

        class update:
            """`assistants.update`."""

            value: TypeAlias = v.AssistantsUpdate

        class delete:
            """`assistants.delete`."""

            value: TypeAlias = v.AssistantsDelete

        class search:
            """`assistants.search`."""

            value: TypeAlias = v.AssistantsSearch

    class crons:
        """Every call about `crons`."""

        value: TypeAlias = v.CronsValue

        class create:
            """`crons.create`."""

            value: TypeAlias = v.CronsCreate

        class read:
            """`crons.read`."""

            value: TypeAlias = v.CronsRead

        class update:
            """`crons.update`."""

            value: TypeAlias = v.CronsUpdate

        class delete:
            """`crons.delete`."""

            value: TypeAlias = v.CronsDelete

        class search:
            """`crons.search`."""

            value: TypeAlias = v.CronsSearch

    class store:
        """Every call about `store`."""

        value: TypeAlias = v.StoreValue

        class put:
            """`store.put`."""

            value: TypeAlias = v.StorePut

        class get:
            """`store.get`."""

            value: TypeAlias = v.StoreGet

        class search:
            """`store.search`."""

            value: TypeAlias = v.StoreSearch

        class delete:
            """`store.delete`."""

            value: TypeAlias = v.StoreDelete

        class list_namespaces:
            """`store.list_namespaces`."""

            value: TypeAlias = v.StoreListNamespaces
