-- Further orders of long lists are ranges of an index; preparations and mobilizations, at most one
-- a unit, are sorted faster than such indexes are kept.
create index plans_by_submission on plans (campaign, submitted_at, unit, category);
create index plans_by_decision on plans (campaign, decided_at, unit, category);
create index trainings_by_day on trainings (campaign, held_on, unit, training);
create index trainings_by_participants on trainings (campaign, participants, unit, training);
