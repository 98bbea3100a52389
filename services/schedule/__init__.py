"""The schedule service owns the campaign's calendar: plans, meetings, mobilization, training."""
