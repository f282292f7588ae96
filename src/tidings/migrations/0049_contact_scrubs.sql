-- Scrubs of stored contacts: `behind` is the last contact that was looked at.
create table contact_scrubs (
    account    uuid        not null,
    id         uuid        primary key,
    wanted     jsonb       not null,
    behind     text        not null default '',
    report     jsonb,
    done       boolean     not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null
) with (fillfactor = 50);
create index contact_scrubs_by_account on contact_scrubs (account, id);
create index contact_scrubs_by_age on contact_scrubs (created_at);

create table contact_findings (
    account   uuid    not null,
    scrub     uuid    not null references contact_scrubs (id) on delete cascade,
    recipient text    not null,
    reason    text    not null,
    country   text    not null,
    line_type text    not null,
    code      integer,
    primary key (scrub, recipient)
);
