-- name: packs :many
-- All packs that are installed, the latest first.
select version, origin, title, effective_from, digest, installed_at, installed_by, reason
from rule_packs order by installed_at desc, version desc

-- name: pack :one
-- One pack, whole.
select version, origin, manifest, tables from rule_packs where version = $1

-- name: install :value
-- Puts a pack on the shelf. Null when one of that version is there already.
insert into rule_packs
    (version, origin, manifest, title, effective_from, tables, digest, installed_at, installed_by, reason)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (version) do nothing
returning version

-- name: use :value
-- Says which pack holds from a moment on (null: that of the release), and tells all who follow. Its number.
with put as (
    insert into rule_pack_uses (version, from_at, at, changed_by, reason) values ($1, $2, $3, $4, $5) returning id
)
select id from put, pg_notify('rule_packs', put.id::text)

-- name: uses :many
-- Which packs hold from when, in the order in which they count.
select id, version, from_at, at, changed_by, reason from rule_pack_uses order by from_at, id
