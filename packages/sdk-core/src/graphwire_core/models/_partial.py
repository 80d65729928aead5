"""Rows of which `select=` asked for some fields only."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, cast

from pydantic import create_model
from pydantic.fields import FieldInfo

from ._base import ResponseModel

__all__ = ["partial_model"]

Row = TypeVar("Row", bound=ResponseModel)


class _Partial(ResponseModel):
    """A row that has the fields that were sent and no others, defaults included."""

    whole: ClassVar[type[ResponseModel]]

    def __init_subclass__(cls, *, whole: type[ResponseModel]) -> None:
        super().__init_subclass__()
        cls.whole = whole

    def model_post_init(self, _context: Any, /) -> None:
        for name in type(self).model_fields.keys() - self.model_fields_set:
            del self.__dict__[name]

    def __reduce__(self) -> tuple[Callable[..., ResponseModel], tuple[Any, ...]]:
        return _restore, (self.whole, self.__getstate__())

    if not TYPE_CHECKING:  # a type checker sees the fields of the whole model

        def __getattr__(self, name: str) -> Any:
            if name in type(self).model_fields:
                raise AttributeError(
                    f"this {self.whole.__name__} has no {name!r}: it was not selected, or the"
                    f" server has none (selected: {', '.join(self.keys()) or 'nothing'})"
                )
            return super().__getattr__(name)


def partial_model(model: type[Row]) -> type[Row]:
    """Return the variant of `model` for rows of which `select=` asked for some fields.

    Any field may be absent, those that are there are validated, and reading one that is absent
    is an `AttributeError` that says so. It is a subclass, made once per model.
    """
    return cast("type[Row]", _variant(model))


@cache
def _variant(model: type[ResponseModel]) -> type[ResponseModel]:
    model.model_rebuild()  # annotations that name later classes are resolved now
    fields: dict[str, Any] = {
        name: (_annotation(field), None) for name, field in model.model_fields.items()
    }
    return create_model(
        f"Partial{model.__name__}",
        __base__=(_Partial, model),
        __module__=__name__,
        __cls_kwargs__={"whole": model},
        **fields,
    )


def _annotation(field: FieldInfo) -> Any:
    if not field.metadata:
        return field.annotation
    return Annotated[(field.annotation, *field.metadata)]


def _restore(model: type[ResponseModel], state: dict[Any, Any]) -> ResponseModel:
    variant = _variant(model)
    row = variant.__new__(variant)
    row.__setstate__(state)
    return row
