"""What people see: charts, tables and sentences, as functions from results to objects that show themselves.

Nothing is judged or computed here that decides anything; the library computes, this shows.

``status``    the one table verdict → colour, symbol, word
``charts``    results → Altair charts (drawn as SVG inside the page, without JavaScript)
``tables``    results → HTML tables, cards and banners; ``table1`` the plan's Table 1
``summary``   the lists and counts of the first pages, ``changes`` (with ``verdict_moves``) what moved since the year before;
              ``trend_tables``, ``project_tables``, ``reconciliation_tables``, ``method``, ``dictionary`` a page each
``prose``     sentences with computed numbers
"""
