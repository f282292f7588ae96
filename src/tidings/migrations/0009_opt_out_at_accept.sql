-- The one message that confirms an opt-out may go to whoever just opted out.
alter table messages add column confirms_opt_out boolean not null default false;
