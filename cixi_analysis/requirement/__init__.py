"""The requirement language: official wording → syntax tree, canonical text, meaning."""

from cixi_analysis.requirement.reading import Refusal, read
from cixi_analysis.requirement.tree import in_words, meaning
from cixi_analysis.requirement.vocabulary import Terms, nothing_asked, terms, vocabulary_problems

__all__ = ["Refusal", "Terms", "in_words", "meaning", "nothing_asked", "read", "terms", "vocabulary_problems"]
