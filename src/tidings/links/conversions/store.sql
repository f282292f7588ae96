-- Conversions, and the clicks that they are laid to.

-- name: conversion :one
-- A conversion by the shop's own name of it.
select * from conversions where account = $1 and key = $2

-- name: add_conversion :run
-- A conversion that was not reported before.
insert into conversions (account, key, event, at, reported_at, value, currency, click, message)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (account, key) do nothing

-- name: conversions :many
-- The conversions of an account, the newest first.
select * from conversions where account = $1 and at >= $2 order by at desc, key limit $3

-- name: last_click_on_message :one
-- The last click of a person on a message in a span of time.
select v.id, v.message from click_verdicts v
where v.account = $1 and v.message = $2 and v.at <= $3 and v.at >= $4 and v.verdict = 'person' order by v.id desc limit 1

-- name: last_click_on_code :one
-- The last click of a person on one link in a span of time.
select v.id, v.message from links l
join click_verdicts v on v.account = l.account and v.message = l.message and v.code = l.code
where l.account = $1 and l.month = $5 and l.code = $2 and v.at <= $3 and v.at >= $4 and v.verdict = 'person' order by v.id desc limit 1

-- name: last_click_of_person :one
-- The last click in a span of time on any message to a person, of those sent since an id.
-- across buckets: a person's messages by their own index
select v.id, v.message from messages m
join click_verdicts v on v.account = m.account and v.message = m.id
where m.account = $1 and m.recipient = $2 and m.id >= $5 and v.at <= $3 and v.at >= $4 and v.verdict = 'person'
order by v.id desc limit 1
