-- What waits for its SendAt counts against what an account may have scheduled; what a rule holds does not.
alter table later add column pending boolean not null default false;
update later set pending = scheduled;
create index later_pending on later (account) where pending;

-- A message that waits is taken back by its id: what is held is due at another time than its SendAt.
create index later_message on later (bucket, id);
