"""The project folder's ``data/``: schema, loading, checks, atomic writing, and the provenance of a build."""
