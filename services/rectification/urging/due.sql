-- The steps that fall due at a day and are not yet on record, of everything urged in a campaign.
-- $1 campaign, $2 its root, $3 the day, $4 attached kinds;
-- $5-$8 windows by class: level, kind group, opens on, closes on;
-- $9-$13 steps by rule: area ('' where none is set), subject, due date, step, first day;
-- $14-$15 the rules areas have set: area, subject.
with windows as (
    select * from unnest($5::int[], $6::text[], $7::date[], $8::date[])
        as w(level, kind_group, opens_on, closes_on)
), ladder as (
    select * from unnest($9::text[], $10::text[], $11::date[], $12::text[], $13::date[])
        as l(area, subject, due_on, step, falls_on)
), rules as (
    select * from unnest($14::text[], $15::text[]) as r(area, subject)
), duties as (
    -- Closed later than the day asked about, it was open then.
    select 'item' as subject, i.item as thing, i.unit, i.due_on, i.responsible_person as addressee
    from items i
    where i.campaign = $1 and i.raised_on <= $3 and i.paused_on is null
        and (i.state <> 'closed' or i.closed_on > $3)
    union all
    -- A plan is to be approved when the window opens; level 5 carries out its township's plan.
    select owed.subject, d.code, d.code, owed.due_on, 'office:' || d.code
    from unit_directory d
    join windows w on w.level = d.level
        and w.kind_group = case when d.kind = any($4::text[]) then d.kind else 'area' end
    left join unit_milestones m on m.campaign = d.campaign and m.unit = d.code
    cross join lateral (values
        ('mobilization', w.closes_on, m.mobilized_on),
        ('plan', w.opens_on, m.plan_approved_on)
    ) as owed(subject, due_on, done_on)
    where d.campaign = $1 and d.registered_on <= $3
        and (d.abolished_on is null or d.abolished_on > $3)
        and (owed.done_on is null or owed.done_on > $3)
        and (owed.subject <> 'plan' or (d.level < 5 and d.code <> $2))
)
select owed.subject, owed.thing, owed.unit, owed.due_on, owed.addressee, l.step, l.falls_on, d.path
from (
    select * from duties
    where (subject, due_on) in (select l.subject, l.due_on from ladder l)
) owed
join unit_directory d on d.campaign = $1 and d.code = owed.unit and d.path is not null
left join lateral (
    -- The nearest area at or above the unit that has set rules; where none has, '' stands.
    select r.area from rules r
    where r.subject = owed.subject and r.area = any(string_to_array(d.path, '.'))
    order by array_position(string_to_array(d.path, '.'), r.area) desc
    limit 1
) nearest on true
join ladder l
    on l.area = coalesce(nearest.area, '') and l.subject = owed.subject and l.due_on = owed.due_on
where not exists (
    select from urging_steps s
    where s.campaign = $1 and s.subject = owed.subject and s.thing = owed.thing
        and s.due_on = owed.due_on and s.step = l.step
)
order by d.path collate "C", owed.subject, owed.thing, l.falls_on
