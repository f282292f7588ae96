-- Rule packs as they were installed, whole, and never changed: what a verdict of years ago rested on can be read.
create table rule_packs (
    version        text primary key,
    origin         text        not null check (origin in ('shipped', 'operator')),
    manifest       text        not null,
    title          text        not null,
    effective_from date        not null,
    tables         jsonb       not null,
    digest         text        not null,
    installed_at   timestamptz not null,
    installed_by   text        not null,
    reason         text        not null
);

-- Which pack holds from when. Append-only; the latest line of the latest moment that has come counts. A line without a
-- version is for the pack of the release, whichever that is.
create table rule_pack_uses (
    id         bigint generated always as identity primary key,
    version    text references rule_packs (version),
    from_at    timestamptz not null,
    at         timestamptz not null,
    changed_by text        not null,
    reason     text        not null
);
create index rule_pack_uses_by_from on rule_pack_uses (from_at, id);
