"""HTTP to commands and queries of the schedule, nothing else."""
