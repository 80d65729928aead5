"""A help desk that asks a person before it promises anything."""

from helpdesk.desk import Desk, Pending

__all__ = ["Desk", "Pending"]
