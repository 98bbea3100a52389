-- Items are kept by due dates, and which are overdue or due soon on a day is told when it is asked
-- about. Lines kept before say nothing of due dates: the worker makes the views anew from the
-- history before it goes on, and until then shows none as overdue or due soon.
create table views_outdated (since timestamptz primary key default now());
insert into views_outdated select now() where exists (select from history);
update rollup_daily set judged_on = 'infinity' where metric = 'items_raised';
delete from rollup_daily where metric in ('items_overdue', 'items_due_soon', 'items_closed_in_time');
