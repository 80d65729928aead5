"""Benchmarks side by side with the official SDK: `python -m benchmarks`, or one module alone."""
