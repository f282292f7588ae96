-- Where no short link leads, what a brand says of expired ones, and the files by which its apps claim its links.

-- Hosts that the operator lets no short link lead to, with all their subdomains.
create table blocked_hosts (
    host       text        primary key,
    reason     text        not null,
    changed_by text        not null,
    at         timestamptz not null
);

alter table link_domains add column brand text, add column language text not null default 'en', add column home_url text;

-- Files under /.well-known/ of a domain, by name.
create table link_files (
    domain  uuid        not null references link_domains (id) on delete cascade,
    account uuid        not null,
    name    text        not null,
    type    text        not null,
    body    bytea       not null,
    at      timestamptz not null,
    primary key (domain, name)
);
