-- Everything that accounts chose of how strictly the gate judges their messages, kept for good; what was chosen last holds.
create table gate_settings (
    id         bigint      generated always as identity primary key,
    account    uuid        not null,
    settings   jsonb       not null,
    reason     text        not null,
    changed_by text        not null,
    at         timestamptz not null
);
create index gate_settings_by_account on gate_settings (account, id);

-- What the caller of a message knows of where its recipient is: zone, postal_code, state; null where nothing was said.
alter table messages add column whereabouts jsonb;
