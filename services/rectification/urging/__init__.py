"""The urging ladder at work: what falls due, what is taken on record, what is delivered."""
