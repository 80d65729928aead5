"""Fields that the real server sends and that the models do not name, each with its reason.

Strict validation (`tests/strictness.py`) fails for any other. Keys are names of models.
"""

KNOWN_EXTRAS: dict[str, frozenset[str]] = {}
