"""What the build says when it stops."""

from cixi_analysis.errors import CixiError


class BuildError(CixiError):
    """The book could not be made; the message (Chinese) says where it stopped and what to look at."""
