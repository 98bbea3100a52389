-- How far the leaders of each area and rank are with what they owe.
create view liaison_by_area as
select campaign, unit, rank,
    count(distinct leader)::int as leaders,
    count(distinct leader) filter (where not done)::int as behind,
    sum(owed)::int as owed,
    sum(taken)::int as taken,
    sum(missing)::int as missing
from liaison_compliance
group by campaign, unit, rank;
