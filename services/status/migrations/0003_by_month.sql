-- Of a region and its leagues, whole months are kept beside the days, and days lie together.

-- Lines of things of a unit itself have an account of their own, whichever tree is asked for.
update rollup_daily set tree = 'own' where class = 'own' and tree <> 'own';

-- Only the mobilization is judged by its day (judged_on); all else is by the month.
insert into rollup_daily (campaign, ancestor, tree, class, metric, effective_on, judged_on, n)
select r.campaign, r.ancestor, r.tree || '_by_month', r.class, r.metric,
       date_trunc('month', r.effective_on)::date,
       case when r.metric = 'mobilized' then r.judged_on
            else date_trunc('month', r.effective_on)::date end,
       sum(r.n)
from rollup_daily r
join unit_facts f on f.campaign = r.campaign and f.unit = r.ancestor and f.level <= 2
where r.tree in ('then', 'now')
group by 1, 2, 3, 4, 5, 6, 7;

-- A rebuild leaves the key under another name.
do $$
declare
    key text := (
        select conname from pg_constraint
        where conrelid = 'rollup_daily'::regclass and contype = 'p'
    );
begin
    execute format('alter table rollup_daily drop constraint %I', key);
end $$;
alter table rollup_daily
    add primary key (campaign, ancestor, tree, effective_on, class, metric, judged_on);
