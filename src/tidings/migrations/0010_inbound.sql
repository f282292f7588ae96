-- Messages from people: the carriers' own ids of them, so that one that is delivered twice is kept once.
create table inbound_refs (
    carrier     text        not null,
    provider_id text        not null,
    message     uuid        not null,
    at          timestamptz not null,
    primary key (carrier, provider_id)
);
create index inbound_refs_by_time on inbound_refs (at);
