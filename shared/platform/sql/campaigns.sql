-- The local campaign directory, for services that do not own the schedule; `version` is the
-- stream version that said it last.
create table campaign_directory (
    campaign text primary key,
    state jsonb not null,
    version integer not null
);

-- Lists of a subtree ask by path; C order makes a prefix a range.
create index unit_directory_path on unit_directory (campaign, path collate "C");
