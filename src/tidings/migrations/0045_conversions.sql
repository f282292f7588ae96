-- What people did after they had followed a link, as shops report it.

create table conversions (
    account      uuid        not null,
    -- The shop's own name of it: reported twice, it counts once.
    key          text        not null,
    event        text        not null,
    at           timestamptz not null,
    reported_at  timestamptz not null,
    value        numeric,
    currency     text,
    -- The person's click within the window before it, and its message; null where there was none.
    click        uuid,
    message      uuid,
    primary key (account, key)
);
create index conversions_by_message on conversions (account, message) where message is not null;
create index conversions_by_time on conversions (account, at);

alter table link_messages add column conversions integer not null default 0;
alter table link_rates add column converted bigint not null default 0, add column conversions bigint not null default 0;
