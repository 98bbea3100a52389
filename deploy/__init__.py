"""The local stack, its command line, scenarios and images."""
