-- Links parted by the month that their codes name: following one looks into one partition, and old months can be taken out whole.

alter table links rename to links_before;
alter table links_before rename constraint links_pkey to links_before_pkey;
alter index links_by_end rename to links_before_by_end;
alter index links_by_message rename to links_before_by_message;

create table links (
    -- Months since the year 0; the first sign of the code is its remainder by 36.
    month       smallint    not null,
    code        text        not null,
    account     uuid        not null,
    domain      uuid        not null,
    service     uuid        not null,
    message     uuid        not null,
    destination text        not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    primary key (month, code)
) partition by range (month);
create index links_by_end on links (expires_at);
create index links_by_message on links (account, message);
create trigger links_stay before update on links for each row execute function links_stay();

-- Where links stand that have no month's partition: those of before codes named a month, and all, should a partition be missing.
create table links_rest partition of links default;

-- Each where whoever follows its code will look: the last month, up to the coming one, that leaves the remainder of its first sign.
insert into links (month, code, account, domain, service, message, destination, created_at, expires_at)
select reference - (reference - (strpos('bcdfghjkmnpqrstvwxzBDFGHJKLMNPQRT679', left(code, 1)) - 1) + 36 * 1000) % 36,
       code, account, domain, service, message, destination, created_at, expires_at
from links_before
cross join lateral (
    select (extract(year from at) * 12 + extract(month from at))::integer - 1 as reference
    from (select (now() + interval '1 day') at time zone 'UTC' as at) soon) of_month;

drop table links_before;
