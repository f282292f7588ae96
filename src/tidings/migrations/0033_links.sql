-- Short links: the domains of brands, what each code leads to, and who followed it.

create table link_domains (
    id                  uuid primary key,
    account             uuid        not null references accounts (id),
    name                text        not null unique,
    created_at          timestamptz not null,
    -- What the account chose for it; null where it chose nothing yet.
    config              uuid,
    config_created_at   timestamptz,
    config_updated_at   timestamptz,
    fallback_url        text,
    callback_url        text,
    continue_on_failure boolean     not null default false,
    disable_https       boolean     not null default false
);
create index link_domains_by_account on link_domains (account, id);

-- A service has one domain at most; a domain serves any number of services.
create table link_domain_services (
    service uuid primary key references services (id) on delete cascade,
    account uuid        not null,
    domain  uuid        not null references link_domains (id) on delete cascade,
    at      timestamptz not null
);
create index link_domain_services_by_domain on link_domain_services (domain);

create table links (
    code        text primary key,
    account     uuid        not null,
    domain      uuid        not null,
    service     uuid        not null,
    message     uuid        not null,
    destination text        not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null
);
create index links_by_end on links (expires_at);

-- A link that was sent leads for ever where it led first.
create function links_stay() returns trigger language plpgsql as $$
begin
    raise exception 'a link cannot be changed';
end $$;
create trigger links_stay before update on links for each row execute function links_stay();

-- Raw evidence of each request that followed a link, for whoever judges later whether a person did it. `nth` is their order.
create sequence click_order;
create table clicks (
    id      uuid        not null,
    nth     bigint      not null,
    account uuid        not null,
    code    text        not null,
    message uuid        not null,
    at      timestamptz not null,
    method  text        not null,
    agent   text        not null,
    network text        not null,
    hints   text        not null,
    primary key (id)
) partition by range (id);
create index clicks_by_code on clicks (code);
create index clicks_by_message on clicks (account, message);
