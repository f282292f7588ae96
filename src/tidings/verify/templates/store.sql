-- Accounts' own templates.

-- name: templates :many
-- All templates of an account, newest first.
select * from verify_templates where account = $1 order by id desc

-- name: template :one
-- One of them.
select * from verify_templates where account = $1 and id = $2

-- name: put_template :one
-- A new template, or another text of one that there is.
insert into verify_templates (account, id, friendly_name, channels, default_locale, translations, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6::jsonb, $7, $7)
on conflict (id) do update set friendly_name = excluded.friendly_name, channels = excluded.channels,
    default_locale = excluded.default_locale, translations = excluded.translations, updated_at = excluded.updated_at
where verify_templates.account = $1
returning *

-- name: remove_template :run
-- Takes one away.
delete from verify_templates where account = $1 and id = $2
