"""Handing the built site out, and proving what it was built from.

``archive``        the site as one ZIP file
``reproduction``   is a site what this project folder makes?
``commands``       ``cixi publish`` and ``cixi verify``
"""
