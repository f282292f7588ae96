-- Entities, their factors and challenges.

-- name: add_entity :one
-- A new entity; the one that there is where the identity is known.
insert into verify_entities (account, service, id, identity, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)
on conflict (service, identity) do update set identity = excluded.identity returning *

-- name: entity :one
-- One entity of a service.
select * from verify_entities where account = $1 and service = $2 and identity = $3

-- name: remove_entity :run
-- Takes an entity away, with its factors and challenges.
delete from verify_entities where account = $1 and service = $2 and identity = $3

-- name: entities_page :many
-- A page of a service's entities, newest first.
select * from verify_entities where account = $1 and id > $2 and id < $3 and service = $5 order by id desc limit $4

-- name: entities_page_before :many
-- The same before a token, oldest first.
select * from verify_entities where account = $1 and id > $2 and id < $3 and service = $5 order by id limit $4

-- name: count_factors :value
-- How many factors an entity has.
select count(*) from verify_factors where account = $1 and entity = $2

-- name: add_factor :one
-- A new factor.
insert into verify_factors (account, service, entity, id, friendly_name, status, secret, alg, skew, code_length, time_step, metadata,
                            created_at, updated_at)
values ($1, $2, $3, $4, $5, 'unverified', $6, $7, $8, $9, $10, $11::jsonb, $12, $12) returning *

-- name: factor :one
-- One factor of an entity.
select * from verify_factors where account = $1 and entity = $2 and id = $3

-- name: change_factor :one
-- Another name or shape.
update verify_factors set friendly_name = $4, alg = $5, skew = $6, code_length = $7, time_step = $8, updated_at = $9
where account = $1 and entity = $2 and id = $3 returning *

-- name: remove_factor :run
-- Takes a factor away.
delete from verify_factors where account = $1 and entity = $2 and id = $3

-- name: factors_page :many
-- A page of an entity's factors, newest first.
select * from verify_factors where account = $1 and id > $2 and id < $3 and entity = $5 order by id desc limit $4

-- name: factors_page_before :many
-- The same before a token, oldest first.
select * from verify_factors where account = $1 and id > $2 and id < $3 and entity = $5 order by id limit $4

-- name: spend_try :one
-- Counts a try of a factor before its code is looked at; $5 is when earlier misses count no more. Holds the row.
update verify_factors
set misses = case when missing_since is null or missing_since <= $5 then 1 else misses + 1 end,
    missing_since = case when missing_since is null or missing_since <= $5 then $4 else missing_since end
where account = $1 and entity = $2 and id = $3 returning *

-- name: take_step :one
-- A code was right: its step is taken, and misses are forgotten.
update verify_factors set last_step = $4, status = 'verified', misses = 0, missing_since = null, updated_at = $5
where account = $1 and entity = $2 and id = $3 and last_step < $4 returning *

-- name: add_challenge :one
-- A new challenge.
insert into verify_challenges (account, service, entity, factor, id, status, details, hidden_details, created_at, updated_at, expires_at)
values ($1, $2, $3, $4, $5, 'pending', $6::jsonb, $7::jsonb, $8, $8, $9) returning *

-- name: challenge :one
-- One challenge of an entity.
select * from verify_challenges where account = $1 and entity = $2 and id = $3

-- name: challenge_to_answer :one
-- The same, held until the transaction ends.
select * from verify_challenges where account = $1 and entity = $2 and id = $3 for update

-- name: approve_challenge :one
-- The code was right, once.
update verify_challenges set status = 'approved', responded_at = $4, updated_at = $4, metadata = coalesce($5::jsonb, metadata)
where account = $1 and entity = $2 and id = $3 and status = 'pending' and expires_at > $4 returning *

-- name: challenges_page :many
-- A page of an entity's challenges, newest first. $7: now.
select * from verify_challenges where account = $1 and id > $2 and id < $3 and entity = $5
  and ($6::text is null or case when status = 'pending' and expires_at <= $7 then 'expired' else status end = $6)
  and ($8::uuid is null or factor = $8)
order by id desc limit $4

-- name: challenges_page_before :many
-- The same before a token, oldest first.
select * from verify_challenges where account = $1 and id > $2 and id < $3 and entity = $5
  and ($6::text is null or case when status = 'pending' and expires_at <= $7 then 'expired' else status end = $6)
  and ($8::uuid is null or factor = $8)
order by id limit $4

-- name: forget_challenges :run
-- Forgets some of the challenges that are over.
-- across accounts: a job of the clock
delete from verify_challenges c using (select id from verify_challenges where created_at < $1 limit 5000) old where c.id = old.id
