-- Whom a verify service tells of what happens. `every`: the event types were asked for as `*`.
create table verify_webhooks (
    id            uuid primary key,
    account       uuid        not null references accounts (id),
    service       uuid        not null references verify_services (id) on delete cascade,
    friendly_name text        not null,
    event_types   text[]      not null,
    every         boolean     not null,
    url           text        not null,
    enabled       boolean     not null,
    version       text        not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);
create index verify_webhooks_by_service on verify_webhooks (service, id);
create index verify_webhooks_by_account on verify_webhooks (account);
