"""HTTP to commands and queries of supervision, nothing else."""
