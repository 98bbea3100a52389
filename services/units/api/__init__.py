"""HTTP to commands and queries of the hierarchy, nothing else."""
