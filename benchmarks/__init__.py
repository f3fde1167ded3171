"""Measures the project beside how the same is usually done: ``python -m benchmarks`` (see ``README.md`` here)."""
