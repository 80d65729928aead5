"""The async transport; the sync one is generated from it."""
