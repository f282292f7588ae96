-- How often networks asked brands' hosts for what is no link, by minutes since 1970: for all web processes, and not worth keeping
-- over a crash.

create unlogged table link_misses (
    network text    not null,
    minute  bigint  not null,
    misses  integer not null,
    primary key (network, minute)
);
