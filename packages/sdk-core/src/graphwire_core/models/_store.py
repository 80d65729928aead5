"""Items of the store."""

from ._base import AwareDatetime, JsonObject, ResponseModel

__all__ = ["Item", "ListNamespaceResponse", "SearchItem", "SearchItemsResponse"]


class Item(ResponseModel):
    """A document of the store."""

    namespace: list[str]
    """Labels of the folder that it is in."""
    key: str
    value: JsonObject
    created_at: AwareDatetime
    updated_at: AwareDatetime


class SearchItem(Item):
    """A document that a search found."""

    score: float | None = None
    """Similarity to the query; `None` without one."""


class SearchItemsResponse(ResponseModel):
    """What a search found."""

    items: list[SearchItem]


class ListNamespaceResponse(ResponseModel):
    """The namespaces that hold items."""

    namespaces: list[list[str]]
