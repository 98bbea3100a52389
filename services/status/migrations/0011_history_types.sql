-- What is known at an instant of one league: of the others' histories, only events of a few types matter.
create index history_types on history (campaign, type);
