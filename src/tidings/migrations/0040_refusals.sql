-- Messages from a named sender that the gate refused when they were to be accepted: nothing else is kept of them.

create table gate_refusals (
    account   uuid        not null,
    id        bigint      generated always as identity,
    at        timestamptz not null,
    recipient text        not null,
    sender    text        not null,
    code      integer     not null,
    verdict   jsonb       not null,
    primary key (account, id)
);
create index gate_refusals_by_time on gate_refusals (at);
