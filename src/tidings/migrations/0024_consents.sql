-- What people agreed to, and proof of it: a ledger that only grows, and what follows from it.

-- The end of each account's ledger. `peaks` are the hashes of the complete subtrees of its Merkle tree, widest first;
-- with them it grows without being read. `last` is the hash of the last entry, which stands in the next.
create table consent_heads (
    account uuid        primary key,
    size    bigint      not null,
    last    bytea       not null,
    peaks   bytea       not null,
    root    bytea       not null,
    at      timestamptz not null
) with (fillfactor = 50);

-- The entries, kept for good: they are never changed or deleted. `nodes` are the hashes of all complete subtrees that end
-- with the entry, its own first.
create table consent_ledger (
    account   uuid        not null,
    n         bigint      not null,
    recipient text        not null,
    at        timestamptz not null,
    entry     bytea       not null,
    nodes     bytea       not null,
    primary key (account, n)
);
create index consent_ledger_by_recipient on consent_ledger (account, recipient, n);

-- What people read and agreed to, word for word, once for all who read it.
create table consent_wordings (
    account uuid  not null,
    sha256  bytea not null,
    wording text  not null,
    primary key (account, sha256)
);

-- What is known of each person in each scope: what follows from the ledger, for the gate to read.
create table consents (
    account    uuid        not null,
    recipient  text        not null,
    scope      text        not null,
    state      text        not null check (state in ('pending', 'granted', 'revoked', 'expired', 'lifted')),
    since      timestamptz not null,
    entry      bigint      not null,
    reach      text        not null check (reach in ('scope', 'all')),
    expires_at timestamptz,
    confirmed  boolean     not null,
    method     text        not null,
    primary key (account, recipient, scope)
);
create index consents_that_expire on consents (expires_at)
    where expires_at is not null and state in ('pending', 'granted');

-- What people said until now stands at the beginning of the ledger, as far as it still holds: the first entry about
-- each is written when something changes, and this is what the gate reads until then.
insert into consents (account, recipient, scope, state, since, entry, reach, confirmed, method)
select account, recipient, case when scope ~ '^[0-9a-f]{32}$' then 'MG' || scope else scope end, 'revoked', since, 0,
    case when source in ('keyword', 'phrase', 'network', 'review') then 'all' else 'scope' end, false, source
from opt_outs where state = 'opted_out';

-- What a person wrote to an account, for the proof of what was done with them.
create index messages_from_people on messages (account, sender, id) where direction = 'inbound';
