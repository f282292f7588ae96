-- name: keep_choice :value
-- What an account chooses of the gate, whole; the choices before stay as its history. Gives its version.
insert into gate_settings (account, settings, reason, changed_by, at) values ($1, $2, $3, $4, $5) returning id

-- name: choices :many
-- Everything that an account chose of the gate, newest first.
select id, settings, reason, changed_by, at from gate_settings where account = $1 order by id desc limit $2
