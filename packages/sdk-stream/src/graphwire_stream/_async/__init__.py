"""Async run streams and the resources that open them; the sync ones are generated from them."""
