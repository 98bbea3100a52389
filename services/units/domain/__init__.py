"""What units and leading groups may do; pure."""
