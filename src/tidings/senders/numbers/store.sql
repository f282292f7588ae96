-- name: is_taken :value
-- Whether any account has this number.
-- across accounts: a number is one account's, whoever asks for it
select exists (select from senders where address = $1)

-- name: can :run
-- What the carrier says of a number that was just ordered.
update senders set sms = $3, mms = $4, voice = $5, country = $6, line = $7, carrier = $8 where account = $1 and id = $2

-- name: give_up :one
-- Takes a number from an account, and out of its service.
delete from senders where account = $1 and id = $2 and kind in ('long_code', 'toll_free') returning address, origin

-- name: forget :run
-- Whom people have heard from, where it is a number that is given up.
delete from sticky_senders where account = $1 and sender = $2
