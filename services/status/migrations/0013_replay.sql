-- A replay reads a campaign's events in the order they were recorded, from any place in it; of one
-- league, too: its code is compared within the index.
create index history_recorded on history (campaign, recorded_at, service, league, version);
