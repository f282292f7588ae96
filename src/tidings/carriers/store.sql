-- name: any_carrier :value
-- Whether any carrier is written down.
select exists (select from carriers)

-- name: carriers :many
-- All carriers.
select name, kind, sealed_settings, tps, state from carriers order by name

-- name: carrier :one
-- One carrier.
select name, kind, sealed_settings, tps, state from carriers where name = $1

-- name: routes :many
-- All routes in the order in which they are asked.
select id, place, countries, networks, from_senders, classes, carrier, weight, price from routes order by place, id

-- name: put_carrier :run
-- Adds a carrier or changes it, and tells those who have read the book.
with put as (
    insert into carriers as c (name, kind, sealed_settings, tps, state, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $6)
    on conflict (name) do update set kind = excluded.kind, sealed_settings = excluded.sealed_settings, tps = excluded.tps,
                                     state = excluded.state, updated_at = excluded.updated_at
    returning c.name
)
select pg_notify('carriers', name) from put

-- name: set_carrier_state :value
-- Takes a carrier into use, drains it or turns it off, and tells those who have read the book. Null when it is not there.
with put as (
    update carriers set state = $2, updated_at = $3 where name = $1 returning name
)
select name from put, pg_notify('carriers', put.name)

-- name: remove_carrier :value
-- Takes out a carrier that is off, with its routes. Null when it is not off, or not there.
with idle as (
    select name from carriers where name = $1 and state = 'off' for update
),
unrouted as (
    delete from routes where carrier in (select name from idle) returning id
),
gone as (
    delete from carriers where name in (select name from idle) and (select count(*) from unrouted) >= 0 returning name
)
select name from gone, pg_notify('carriers', gone.name)

-- name: add_route :value
-- Adds a route to a carrier that is there, and tells those who have read the book.
with put as (
    insert into routes (place, countries, networks, from_senders, classes, carrier, weight, price, created_at)
    select $1, $2, $3, $4, $5, c.name, $7, $8, $9 from carriers c where c.name = $6
    returning id, carrier
)
select id from put, pg_notify('carriers', put.carrier)

-- name: remove_route :value
-- Takes a route out, and tells those who have read the book.
with gone as (
    delete from routes where id = $1 returning id, carrier
)
select id from gone, pg_notify('carriers', gone.carrier)

-- name: swap_routes :many
-- Gives the routes of one carrier to another that is there, and tells those who have read the book.
with swapped as (
    update routes set carrier = $2 where carrier = $1 and exists (select from carriers where name = $2) returning id
)
select id from swapped, pg_notify('carriers', $2::text)

-- name: healths :many
-- What is believed of carriers since an instant, the newest first.
select carrier, sender, place, good, bad, extract(epoch from at)::double precision as at
from route_health where at > $1 order by at desc limit 50000

-- name: keep_health :many
-- Adds evidence to what other dispatchers have kept, faded to now ($7 is its half-life in seconds), and gives the sum.
insert into route_health as h (carrier, sender, place, good, bad, at)
select carrier, sender, place, good, bad, $6::timestamptz
from unnest($1::text[], $2::text[], $3::text[], $4::double precision[], $5::double precision[]) as t (carrier, sender, place, good, bad)
order by carrier, sender, place
on conflict (carrier, sender, place) do update
    set good = h.good * power(0.5, greatest(0, extract(epoch from excluded.at - h.at)) / $7::double precision) + excluded.good,
        bad = h.bad * power(0.5, greatest(0, extract(epoch from excluded.at - h.at)) / $7::double precision) + excluded.bad,
        at = greatest(h.at, excluded.at)
returning h.carrier, h.sender, h.place, h.good, h.bad, extract(epoch from h.at)::double precision as at

-- name: keep_tallies :run
-- Adds to what carriers did this hour.
insert into carrier_tallies as t (carrier, hour, taken, delivered, undelivered, missing, too_fast)
select carrier, date_trunc('hour', $7::timestamptz, 'UTC'), taken, delivered, undelivered, missing, too_fast
from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    as n (carrier, taken, delivered, undelivered, missing, too_fast)
order by carrier
on conflict (carrier, hour) do update
    set taken = t.taken + excluded.taken, delivered = t.delivered + excluded.delivered,
        undelivered = t.undelivered + excluded.undelivered, missing = t.missing + excluded.missing,
        too_fast = t.too_fast + excluded.too_fast

-- name: keep_clicks :run
-- What this hour's look at the links of messages that carriers say arrived has found, in place of an earlier one's.
insert into carrier_tallies as t (carrier, hour, linked, followed)
select carrier, date_trunc('hour', $4::timestamptz, 'UTC'), linked, followed
from unnest($1::text[], $2::bigint[], $3::bigint[]) as n (carrier, linked, followed)
order by carrier
on conflict (carrier, hour) do update set linked = excluded.linked, followed = excluded.followed

-- name: show_held :run
-- How one dispatcher stands with its carriers now, in place of what it said before.
with gone as (
    delete from carriers_held where owner = $1 and not carrier = any ($2::text[])
)
insert into carriers_held as h (owner, carrier, bound, breaker, waiting, awaited, at)
select $1, carrier, bound, breaker, waiting, awaited, $7::timestamptz
from unnest($2::text[], $3::boolean[], $4::text[], $5::integer[], $6::integer[]) as n (carrier, bound, breaker, waiting, awaited)
on conflict (owner, carrier) do update
    set bound = excluded.bound, breaker = excluded.breaker, waiting = excluded.waiting, awaited = excluded.awaited, at = excluded.at

-- name: leave_held :run
-- A dispatcher that ends holds nothing.
delete from carriers_held where owner = $1

-- name: tallies :many
-- What carriers did since an instant.
select carrier, sum(taken)::bigint as taken, sum(delivered)::bigint as delivered, sum(undelivered)::bigint as undelivered,
       sum(missing)::bigint as missing, sum(too_fast)::bigint as too_fast,
       sum(linked)::bigint as linked, sum(followed)::bigint as followed
from carrier_tallies where hour >= $1 group by carrier

-- name: held :many
-- How dispatchers stood with carriers when they last said so, if that was after an instant.
select owner, carrier, bound, breaker, waiting, awaited from carriers_held where at > $1 order by carrier, owner

-- name: forget_health :run
-- Evidence so old that nothing is left of it.
delete from route_health where at < $1

-- name: forget_tallies :run
-- Hours that nobody looks at any more.
delete from carrier_tallies where hour < $1

-- name: forget_held :run
-- What dispatchers said that are gone.
delete from carriers_held where at < $1
