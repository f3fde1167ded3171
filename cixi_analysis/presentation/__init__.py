"""Charts, tables and sentences, as functions from results to objects that a notebook displays.

Nothing is judged here. ``looks`` maps a status to word, symbol and colours; ``titles`` names and addresses things;
``html``, ``tables`` and ``figure`` build pieces of pages; ``charts`` and the others are the pages' sections.
"""
