"""What the build says when it stops."""


class BuildError(Exception):
    """The book could not be made; the message (Chinese) says where it stopped and what to look at."""
