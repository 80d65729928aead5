"""Async event transports; the sync ones are generated from them."""
