-- Messages with links that a carrier says arrived, and those of them that anybody followed: nobody ever is not plausible.
alter table carrier_tallies add linked bigint not null default 0, add followed bigint not null default 0;
