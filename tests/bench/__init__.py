"""What the system reaches, measured against bare libraries in the same run."""
