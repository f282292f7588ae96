-- A change of throughput may be one of the campaign that a number is in; it counts for all the campaign's numbers.
alter table throughput_changes add column campaign text;
create index throughput_changes_by_campaign on throughput_changes (account, campaign, at) where campaign is not null;
