"""The project folder's ``data/``: its schema, reading it, checking it, writing it, and where everything comes from."""
