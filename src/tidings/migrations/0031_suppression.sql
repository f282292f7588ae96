-- What accounts said of suppression, and whom they took off the list; both kept for good.

-- The last line of a code holds; `days` null: what is shipped holds again, 0: the code suppresses nothing.
create table suppression_rules (
    id         bigint      generated always as identity primary key,
    account    uuid        not null,
    code       integer     not null,
    days       integer,
    after      integer     not null,
    reason     text        not null,
    changed_by text        not null,
    at         timestamptz not null
);
create index suppression_rules_by_code on suppression_rules (account, code, id);

create table suppression_lifts (
    id        bigint      generated always as identity primary key,
    account   uuid        not null,
    recipient text        not null,
    code      integer     not null,
    reason    text        not null,
    lifted_by text        not null,
    at        timestamptz not null
);
create index suppression_lifts_by_recipient on suppression_lifts (account, recipient, id);

create index number_lessons_by_end on number_lessons (account, until) where until is not null;
