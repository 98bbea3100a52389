"""Every endpoint of rectification: HTTP to command or query, nothing else."""
