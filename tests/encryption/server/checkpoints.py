"""The checkpointer as the server loads it: one object, shared with the route that shows it."""

from tests.encryption.server.checkpointer import checkpointer

saver = checkpointer
