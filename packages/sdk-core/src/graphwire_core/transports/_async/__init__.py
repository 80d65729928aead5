"""Async transports; the sync ones are generated from them."""
