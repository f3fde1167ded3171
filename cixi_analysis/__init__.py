"""慈溪市生态文明建设规划（修编）2023-2030 的年度评估: the plan's indicators, judged every year from their wording."""
