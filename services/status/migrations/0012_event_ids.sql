-- An explained figure names the events behind it: they are found by their ids.
create index history_event on history (event_id);
