"""The rules of the schedule: one module for each life, pure."""
