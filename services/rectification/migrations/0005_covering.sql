-- What pages and counts of a subtree are asked for most is told by the index that finds the rows:
-- whole rows are read of one page only. Items that are closed or paused are left out by the same.
drop index items_unclosed;
drop index items_number;
drop index items_due;
drop index items_raised;
create unique index items_number on items (campaign, unit, number)
    include (item, due_on, raised_on, state, category, paused_on);
create index items_due on items (campaign, due_on, item)
    include (unit, state, category, paused_on);
create index items_raised on items (campaign, raised_on, item)
    include (unit, state, category, paused_on);
