"""The requirement language: official wording → syntax tree (``read``), its canonical text (``str``), its meaning."""

from cixi_analysis.requirement.reading import Refusal, read
from cixi_analysis.requirement.tree import meaning

__all__ = ["Refusal", "meaning", "read"]
