"""The requirement language: official wording → syntax tree (``read``), its canonical text (``str``), its meaning."""

from cixi_analysis.requirement.meaning import meaning
from cixi_analysis.requirement.reading import Refusal, read

__all__ = ["Refusal", "meaning", "read"]
