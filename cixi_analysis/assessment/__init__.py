"""Verdict, basis and reason of every item and indicator, for the county or for many regions."""

from cixi_analysis.assessment.judgement import (
    Assessment,
    Judgement,
    assess,
    contradictions,
    judge_panel,
    judgements,
    tally,
    tally_without_each_convention,
)
from cixi_analysis.assessment.observed import measured, measured_at
from cixi_analysis.assessment.panel import county_panel, county_table
from cixi_analysis.assessment.regions import PanelAssessment, assess_panel, explain_region
from cixi_analysis.assessment.yardstick import (
    REQUIREMENT,
    TARGET,
    asked_in,
    asking,
    check_observations,
    held,
    observed_level,
    one_number,
    read_wordings,
    refusals,
    unobserved,
    unstated,
    wordings,
)

__all__ = [
    "REQUIREMENT", "TARGET", "Assessment", "Judgement", "PanelAssessment", "asked_in", "asking", "assess",
    "assess_panel", "check_observations", "contradictions", "county_panel", "county_table", "explain_region", "held",
    "judge_panel", "judgements", "measured", "measured_at", "observed_level", "one_number", "read_wordings",
    "refusals", "tally", "tally_without_each_convention", "unobserved", "unstated", "wordings",
]  # fmt: skip
