"""The schema of the status views."""
