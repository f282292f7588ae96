-- Who is told by e-mail when rules change that touch an account's messages, and what each was told.
create table advisory_subscribers (
    account  uuid        not null references accounts (id),
    address  text        not null,
    since    timestamptz not null,
    added_by text        not null,
    primary key (account, address)
);
create table advisory_letters (
    account uuid        not null,
    address text        not null,
    change  text        not null,
    sent_at timestamptz not null,
    primary key (account, address, change)
);
