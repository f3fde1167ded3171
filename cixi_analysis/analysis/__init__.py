"""Results from the plan and its assessment, one module a subject."""
