-- What accounts know of where recipients are, and the hours that these asked for (compliance/profiles).
-- Kept until it is said anew or taken away: it is knowledge of a person, not of a message.
create table profiles (
    account     uuid        not null,
    recipient   text        not null,
    zone        text,
    postal_code text,
    state       text,
    hours       text,
    updated_at  timestamptz not null,
    primary key (account, recipient)
);
