"""Results from the plan and its assessment: trends, changes, dossiers, projects, commitments, reconciliation, audit."""
