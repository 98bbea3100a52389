-- Steps are listed by any of these columns, either way: each with the rest of the key after it.
drop index urging_steps_taken;
drop index urging_steps_addressee;
drop index urging_steps_unit;
create index urging_steps_taken on urging_steps (campaign, taken_on, subject, thing, due_on, step);
create index urging_steps_due on urging_steps (campaign, due_on, subject, thing, step);
create index urging_steps_addressee
    on urging_steps (campaign, addressee, subject, thing, due_on, step);
create index urging_steps_unit on urging_steps (campaign, unit, subject, thing, due_on, step);
