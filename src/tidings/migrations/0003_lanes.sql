-- A lane is one throughput budget. Its id is a hash of its key, and bucket = id % 64, so both are known without asking.
create table lanes (
    bucket              smallint         not null,
    id                  bigint           not null,
    account             uuid             not null,
    key                 text             not null,
    mps                 double precision not null check (mps > 0),
    queue_limit_seconds integer          not null check (queue_limit_seconds > 0),
    paused              boolean          not null default false,
    updated_at          timestamptz      not null,
    primary key (bucket, id)
);

-- What the owner of a lane leaves to the next: when the budget is free again, the turn each priority has come to,
-- and all segments that ever left it.
create table lane_state (
    bucket       smallint         not null,
    lane         bigint           not null,
    free_at      double precision not null default 0,
    turn_0       bigint           not null default 0,
    turn_1       bigint           not null default 0,
    turn_2       bigint           not null default 0,
    out_0        bigint           not null default 0,
    out_1        bigint           not null default 0,
    out_2        bigint           not null default 0,
    primary key (bucket, lane)
) with (fillfactor = 50);

-- Virtual finish of each flow (start-time fair queueing) and all segments it ever put into the lane.
-- The depth of a lane's priority in segments is the sum of segments_in over its flows, less what lane_state says went out.
create table flows (
    bucket      smallint not null,
    lane        bigint   not null,
    priority    smallint not null,
    flow        bigint   not null,
    finish      bigint   not null,
    segments_in bigint   not null,
    primary key (bucket, lane, priority, flow)
) with (fillfactor = 50);

-- Who dispatches a bucket. The epoch fences: a claim that names an old one takes nothing.
create table bucket_leases (
    bucket smallint primary key,
    owner  text,
    epoch  bigint      not null default 0,
    until  timestamptz not null default '-infinity'
);
insert into bucket_leases (bucket) select generate_series(0, 63);

-- The dispatchers that are alive, so that they can share the buckets evenly.
create table dispatchers (
    owner text primary key,
    until timestamptz not null
);
