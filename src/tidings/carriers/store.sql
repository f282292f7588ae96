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
