"""From notebook templates to the published site.

``making``      the recipe: templates → executed notebooks in ``book/`` → the site in ``_build/html``
``pages``       what each template says of itself, and the runs that a book needs
``kernels``     papermill in a pool of kernels that are reused; ``kernel_side`` runs inside them
``site``        Jupyter Book, and the new site in place of the old one; ``sphinx_side`` is its process
``cache``       what is remembered between builds
``scheduler``   the same pages on a Dask cluster
``sphinx_extension``   names for the search, the charts' script, what each page says of itself
``figure_pages``   each chart alone, at an address of its own
``pdf``, ``publication``   the report of a year; the site as a ZIP file, and its verification byte by byte
"""
