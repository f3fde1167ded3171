"""The requirement language: official wording → syntax tree, canonical text, meaning."""

from cixi_analysis.requirement.reading import Refusal, read
from cixi_analysis.requirement.tree import meaning

__all__ = ["Refusal", "meaning", "read"]
