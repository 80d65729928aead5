"""The auth object as `langgraph.json` names it: the server takes it as it is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # seen from the repository root; a running server sees this folder
    from tests.auth.server.access import Member, build
else:
    from access import Member, build


class Local(Member):
    """A class of this very file, whose module has another name in every process."""


auth = build(Local)
