-- Certificates of brand domains: uploaded by their accounts, or got from an issuer and renewed.

create table link_certificates (
    domain       uuid        primary key references link_domains (id) on delete cascade,
    account      uuid        not null,
    id           uuid        not null,
    -- Null until the issuer of a managed one has given it.
    chain        text,
    sealed_key   bytea,
    expires_at   timestamptz,
    managed      boolean     not null,
    -- When an issuer is asked next; null where none is to be.
    ask_at       timestamptz,
    fault        text,
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);
create index link_certificates_to_ask on link_certificates (ask_at) where ask_at is not null;
