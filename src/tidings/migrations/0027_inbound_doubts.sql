-- Messages from people that were stored, and of which we do not know that the carrier knows it: it may send them again by another
-- session. Deleted once we know. `again`: the id that the newest of its repetitions would have got.
create table inbound_doubts (
    message  uuid primary key,
    carrier  text        not null,
    likeness bytea       not null,
    session  uuid        not null,
    again    uuid,
    at       timestamptz not null
);
create index inbound_doubts_by_likeness on inbound_doubts (carrier, likeness);
create index inbound_doubts_by_session on inbound_doubts (session, at);
