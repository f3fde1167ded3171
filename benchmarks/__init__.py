"""Measures the project against how it is usually done: ``python -m benchmarks`` (see ``benchmarks/README.md``)."""
