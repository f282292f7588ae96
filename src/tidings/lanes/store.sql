-- name: open_lane :one
-- Makes a lane when it is first needed; answers what it is allowed now.
insert into lanes (bucket, id, account, key, mps, queue_limit_seconds, paused, updated_at, campaign, network, daily_caps)
values ($1, $2, $3, $4, $5, $6,
        coalesce((select paused from senders where account = $3 and address = split_part($4, '>', 1)), false)
        or exists (select from lanes c where c.bucket = $1 and c.account = $3 and c.campaign = $7 and c.paused), now(), $7, $8, $9)
on conflict (bucket, id) do update set daily_caps = excluded.daily_caps where lanes.account = $3
returning mps, queue_limit_seconds, paused

-- name: keep_rates :one
-- Keeps what a campaign may use at each network, unless an operator was granted something else, and gives what holds now.
-- Where that is new, the campaign's lanes change with it and their owners are told.
with before as materialized (
    select att, tmobile, verizon, other, total from campaign_rates where bucket = $1 and account = $2 and campaign = $3
),
kept as materialized (
    insert into campaign_rates as r (bucket, account, campaign, att, tmobile, verizon, other, total, granted, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
    on conflict (bucket, account, campaign) do update
        set att = case when r.granted and not excluded.granted then r.att else excluded.att end,
            tmobile = case when r.granted and not excluded.granted then r.tmobile else excluded.tmobile end,
            verizon = case when r.granted and not excluded.granted then r.verizon else excluded.verizon end,
            other = case when r.granted and not excluded.granted then r.other else excluded.other end,
            total = case when r.granted and not excluded.granted then r.total else excluded.total end,
            granted = r.granted or excluded.granted, updated_at = now()
    returning r.att, r.tmobile, r.verizon, r.other, r.total
),
followed as (
    update lanes n
    set mps = case n.network when 'att' then k.att when 'tmobile' then k.tmobile when 'verizon' then k.verizon
                             when 'other' then k.other else least(k.att, k.tmobile, k.verizon, k.other) end,
        updated_at = now()
    from kept k, before b
    where n.bucket = $1 and n.account = $2 and n.campaign = $3
      and (b.att, b.tmobile, b.verizon, b.other, b.total) <> (k.att, k.tmobile, k.verizon, k.other, k.total)
    returning pg_notify('lanes', n.bucket || '.' || n.id)
)
select k.att, k.tmobile, k.verizon, k.other, k.total, (select count(*) from followed) as lanes from kept k

-- name: rates_of :one
-- What a campaign may use at each network.
select att, tmobile, verizon, other, total from campaign_rates where bucket = $1 and account = $2 and campaign = $3

-- name: keep_caps :run
-- Keeps caps of segments a day.
insert into daily_caps as c (account, name, segments, zone, updated_at)
select $1, d.name, d.segments, d.zone, now() from unnest($2::text[], $3::bigint[], $4::text[]) as d (name, segments, zone)
on conflict (account, name) do update set segments = excluded.segments, zone = excluded.zone, updated_at = now()
where (c.segments, c.zone) <> (excluded.segments, excluded.zone)

-- name: networks_of :many
-- The networks of some numbers, those that are known.
select number, network from number_networks where number = any ($1::text[])

-- name: learn_networks :run
-- Keeps the networks of numbers.
insert into number_networks (number, network, source, updated_at)
select n.number, n.network, $3, now() from unnest($1::text[], $2::text[]) as n (number, network)
on conflict (number) do update set network = excluded.network, source = excluded.source, updated_at = now()

-- name: depths :many
-- Segments waiting in each priority of some lanes of one bucket (all that went in, less all that went out), and when the budget is free.
select l.lane, coalesce(s.free_at, 0) as free_at,
       coalesce(i.in_0, 0) - coalesce(s.out_0, 0) as depth_0,
       coalesce(i.in_1, 0) - coalesce(s.out_1, 0) as depth_1,
       coalesce(i.in_2, 0) - coalesce(s.out_2, 0) as depth_2
from unnest($2::bigint[]) as l (lane)
cross join lateral (
    select (sum(f.segments_in) filter (where f.priority = 0))::bigint as in_0,
           (sum(f.segments_in) filter (where f.priority = 1))::bigint as in_1,
           (sum(f.segments_in) filter (where f.priority = 2))::bigint as in_2
    from flows f where f.bucket = $1 and f.lane = l.lane) i
left join lane_state s on s.bucket = $1 and s.lane = l.lane

-- name: standings :many
-- What some lanes of an account are allowed and how full they are; those that nothing was ever sent through are left out.
-- across buckets: the senders of a pool have their lanes in many
select k.bucket, k.lane, n.mps, n.queue_limit_seconds, n.paused, coalesce(s.free_at, 0) as free_at,
       coalesce(i.in_0, 0) - coalesce(s.out_0, 0) as depth_0,
       coalesce(i.in_1, 0) - coalesce(s.out_1, 0) as depth_1,
       coalesce(i.in_2, 0) - coalesce(s.out_2, 0) as depth_2
from unnest($2::smallint[], $3::bigint[]) as k (bucket, lane)
join lanes n on n.account = $1 and n.bucket = k.bucket and n.id = k.lane
cross join lateral (
    select (sum(f.segments_in) filter (where f.priority = 0))::bigint as in_0,
           (sum(f.segments_in) filter (where f.priority = 1))::bigint as in_1,
           (sum(f.segments_in) filter (where f.priority = 2))::bigint as in_2
    from flows f where f.bucket = k.bucket and f.lane = k.lane) i
left join lane_state s on s.bucket = k.bucket and s.lane = k.lane

-- name: finishes :many
-- Where the flows of one priority of a lane have come to in virtual time, and the turn of the message that left last.
select f.flow, f.finish, coalesce(case $3::smallint when 0 then s.turn_0 when 1 then s.turn_1 else s.turn_2 end, 0) as lane_turn
from flows f left join lane_state s on s.bucket = f.bucket and s.lane = f.lane
where f.bucket = $1 and f.lane = $2 and f.priority = $3::smallint

-- name: settings :many
-- What the lanes of one bucket are allowed, and where their last owner left off. Of a campaign: what its lanes share, and
-- from when on it is free.
select n.id as lane, n.account, n.mps, n.queue_limit_seconds, n.paused,
       coalesce(s.free_at, 0) as free_at, coalesce(s.turn_0, 0) as turn_0, coalesce(s.turn_1, 0) as turn_1, coalesce(s.turn_2, 0) as turn_2,
       n.campaign, n.network, n.daily_caps, r.att, r.tmobile, r.verizon, r.other, r.total,
       (select max(f.free_at) from lanes c join lane_state f on f.bucket = c.bucket and f.lane = c.id
        where c.bucket = $1 and c.campaign = n.campaign and c.account = n.account) as campaign_free_at
from unnest($2::bigint[]) as l (lane)
join lanes n on n.bucket = $1 and n.id = l.lane
left join lane_state s on s.bucket = $1 and s.lane = l.lane
left join campaign_rates r on r.bucket = $1 and r.account = n.account and r.campaign = n.campaign

-- name: caps_of :many
-- Caps of an account by name.
select name, segments, zone from daily_caps where account = $1 and name = any ($2::text[])

-- name: reserve :one
-- Takes up to $4 segments of a day's cap for one dispatcher, before any of them is spent. A day that is over gives
-- nothing: a clock that is behind must not spend it twice.
with cap as materialized (
    select day, segments, case when day = $3 then reserved else 0 end as taken
    from daily_caps where account = $1 and name = $2 for update
),
block as materialized (
    select taken, case when day > $3 then 0 else greatest(0, least($4::bigint, segments - taken)) end as granted from cap
)
update daily_caps c
set day = greatest(c.day, $3), reserved = case when c.day > $3 then c.reserved else b.taken + b.granted end, updated_at = now()
from block b where c.account = $1 and c.name = $2
returning b.granted, b.taken, c.segments

-- name: give_back_reserved :run
-- What a dispatcher reserved of a day and will not spend.
update daily_caps set reserved = greatest(0, reserved - $4), updated_at = now()
where account = $1 and name = $2 and day = $3

-- name: change_sender :one
-- What a sender's lanes will be made with from now on.
update senders set mps = coalesce($3, mps), mps_granted = mps_granted or $3 is not null, queue_limit_seconds = coalesce($4, queue_limit_seconds),
                   paused = coalesce($5, paused), updated_at = now()
where account = $1 and address = $2
returning id

-- name: change_lanes :many
-- Sets the MPS and the queue limit, pauses or resumes, for all lanes of one sender of an account, and wakes their owners.
with changed as (
    update lanes set mps = coalesce($3, mps), paused = coalesce($4, paused),
                     queue_limit_seconds = coalesce($5, queue_limit_seconds), updated_at = now()
    where account = $1 and split_part(key, '>', 1) = $2
    returning bucket, id
)
select bucket, id, pg_notify('lanes', bucket || '.' || id) from changed

-- name: lanes_of_account :many
-- All lanes of an account with their depth in segments.
select n.bucket, n.id, n.key, n.campaign, n.mps, n.queue_limit_seconds, n.paused,
       (coalesce((select sum(f.segments_in) from flows f where f.bucket = n.bucket and f.lane = n.id), 0)
        - coalesce((select s.out_0 + s.out_1 + s.out_2 from lane_state s where s.bucket = n.bucket and s.lane = n.id), 0))::bigint as depth
from lanes n where n.account = $1 order by n.key

-- name: show_presence :run
-- Says that a dispatcher is alive, for as long as a lease lasts.
insert into dispatchers (owner, until) values ($1, clock_timestamp() + $2::interval)
on conflict (owner) do update set until = excluded.until

-- name: leave_presence :run
-- A dispatcher that stops takes no more share.
delete from dispatchers where owner = $1

-- name: dispatchers_alive :value
-- How many dispatchers share the buckets.
select count(*) from dispatchers where until > clock_timestamp()

-- name: take_over :many
-- A process that starts under a name that already holds leases is that owner's successor: new epochs, at once.
update bucket_leases set epoch = epoch + 1, until = clock_timestamp() + $2::interval
where owner = $1
returning bucket, epoch

-- name: renew :many
-- Prolongs the leases that are still ours; a bucket that is missing from the answer is lost.
update bucket_leases set until = clock_timestamp() + $2::interval
where owner = $1 and bucket = any ($3::smallint[])
returning bucket, epoch

-- name: take_free :many
-- Takes up to $3 buckets whose lease has run out or that nobody holds.
update bucket_leases b set owner = $1, epoch = b.epoch + 1, until = clock_timestamp() + $2::interval
where b.bucket in (
    select f.bucket from bucket_leases f
    where f.until < clock_timestamp() and f.owner is distinct from $1
    order by f.bucket limit $3 for update skip locked
)
returning b.bucket, b.epoch

-- name: release :run
-- Gives buckets back at once, for others to take.
update bucket_leases set owner = null, until = '-infinity'
where owner = $1 and bucket = any ($2::smallint[])

-- name: lock_sender :value
-- The MPS of a sender; nobody else changes it until the transaction ends.
select mps from senders where account = $1 and id = $2 for update

-- name: note_change :run
-- Keeps why a throughput is not what it was.
insert into throughput_changes (id, account, sender, mps_before, mps_after, reason, changed_by, at, campaign)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: note_change_of :run
-- The same for a sender by its address, where its MPS is another one now.
insert into throughput_changes (id, account, sender, mps_before, mps_after, reason, changed_by, at)
select gen_random_uuid(), $1, id, mps, $3, $4, $5, now() from senders where account = $1 and address = $2 and mps <> $3

-- name: changes_of :many
-- The changes of a sender's throughput and of its campaign's, newest first.
select id, at, mps_before, mps_after, reason, changed_by, campaign from throughput_changes
where account = $1 and (sender = $2 and campaign is null or campaign = $3) order by at desc, id desc limit 1000

-- name: days_used :many
-- How much of their day some caps have given out.
select name, segments, zone, day, reserved from daily_caps where account = $1 and name = any ($2::text[]) order by name
