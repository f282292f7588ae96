-- Messaging services and their pools, what a number does with what comes in, and who does not want messages.

alter table senders
    add column country             text    not null default '',
    add column sms                 boolean not null default true,
    add column mms                 boolean not null default false,
    add column voice               boolean not null default false,
    add column sms_url             text,
    add column sms_method          text    not null default 'POST' check (sms_method in ('GET', 'POST')),
    add column sms_fallback_url    text,
    add column sms_fallback_method text    not null default 'POST' check (sms_fallback_method in ('GET', 'POST')),
    add column sms_application     uuid,
    add column status_callback     text,
    add column carrier             text,
    add column other_settings      jsonb   not null default '{}';

-- A sender id is a name: many accounts may use the same one. A number or a code is one account's.
alter table senders drop constraint senders_address_key;
create unique index senders_by_address on senders (address) where kind <> 'alphanumeric';
drop index senders_by_account;
create unique index senders_by_account on senders (account, address);

-- Why a sender's throughput is not what its kind usually has. Append-only.
create table throughput_changes (
    id         uuid primary key,
    account    uuid             not null,
    sender     uuid             not null,
    mps_before double precision not null,
    mps_after  double precision not null check (mps_after > 0),
    reason     text             not null,
    changed_by text             not null,
    at         timestamptz      not null
);
create index throughput_changes_by_sender on throughput_changes (account, sender, at);

create table services (
    id                            uuid primary key,
    account                       uuid        not null references accounts (id),
    friendly_name                 text        not null,
    inbound_request_url           text,
    inbound_method                text        not null default 'POST' check (inbound_method in ('GET', 'POST')),
    fallback_url                  text,
    fallback_method               text        not null default 'POST' check (fallback_method in ('GET', 'POST')),
    status_callback               text,
    sticky_sender                 boolean     not null default true,
    mms_converter                 boolean     not null default true,
    smart_encoding                boolean     not null default true,
    scan_message_content          text        not null default 'inherit' check (scan_message_content in ('inherit', 'enable', 'disable')),
    fallback_to_long_code         boolean     not null default true,
    area_code_geomatch            boolean     not null default true,
    validity_seconds              integer     not null default 36000 check (validity_seconds between 1 and 36000),
    synchronous_validation        boolean     not null default false,
    usecase                       text        not null default 'undeclared',
    use_inbound_webhook_on_number boolean     not null default false,
    created_at                    timestamptz not null,
    updated_at                    timestamptz not null
);
create index services_by_account on services (account, id);

-- A number or a short code is in one service at most.
create table service_senders (
    service  uuid        not null references services (id) on delete cascade,
    sender   uuid        not null unique references senders (id) on delete cascade,
    account  uuid        not null,
    added_at timestamptz not null,
    primary key (service, sender)
);

-- Sender ids of a service: for a country, or with country '' for all that have none of their own.
create table service_alpha_senders (
    id           uuid primary key,
    service      uuid        not null references services (id) on delete cascade,
    account      uuid        not null,
    alpha_sender text        not null,
    country      text        not null default '',
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    unique (service, country, alpha_sender)
);

-- Whom a person has heard from through a service: the next message comes from the same sender.
create table sticky_senders (
    service   uuid        not null,
    recipient text        not null,
    account   uuid        not null,
    sender    text        not null,
    at        timestamptz not null,
    primary key (service, recipient)
);

-- Who does not want messages of whom. The scope is a service's id (32 hexadecimal digits) or a sender's address.
-- 'opted_out' lets nothing through; 'review' holds marketing until a person has looked at what was said.
create table opt_outs (
    account   uuid        not null,
    scope     text        not null,
    recipient text        not null,
    state     text        not null check (state in ('opted_out', 'review')),
    source    text        not null,
    keyword   text,
    message   uuid,
    since     timestamptz not null,
    primary key (account, recipient, scope)
);
