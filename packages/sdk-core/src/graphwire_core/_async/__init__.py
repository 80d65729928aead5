"""Async clients and resources; the sync ones are generated from them."""
