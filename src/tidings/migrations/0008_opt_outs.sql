-- What a service does with opt-out words, and how each opt-out came about.

-- Words and replies of a service with Advanced Opt-Out, as they are given by `settings` of compliance/opt_outs.
create table opt_out_settings (
    service    uuid        primary key references services (id) on delete cascade,
    account    uuid        not null,
    settings   jsonb       not null,
    updated_at timestamptz not null
);

-- Every change of `opt_outs`, kept for good: facts go with their day's partition, proof must not.
create table opt_out_changes (
    id         bigint      generated always as identity primary key,
    account    uuid        not null,
    recipient  text        not null,
    scope      text        not null,
    change     text        not null check (change in ('opted_out', 'opted_in', 'review', 'cleared')),
    source     text        not null,
    keyword    text,
    message    uuid,
    reason     text,
    changed_by text,
    at         timestamptz not null
);
create index opt_out_changes_by_recipient on opt_out_changes (account, recipient, id);

create index opt_outs_to_review on opt_outs (account, since, recipient, scope) where state = 'review';
