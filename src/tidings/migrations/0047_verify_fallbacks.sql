-- Verify: codes by SMS that are said by a call unless they are known to have arrived when `due_at` has come. `spoken` is what
-- the text is made of, without the code; `sends` how many codes of the verification there were, so that whoever asks again
-- meanwhile is not called.
create table verify_fallbacks (
    bucket       smallint    not null,
    attempt      uuid        not null,
    account      uuid        not null,
    service      uuid        not null,
    verification uuid        not null,
    recipient    text        not null,
    country      text        not null,
    message      uuid,
    sends        smallint    not null,
    spoken       jsonb       not null,
    due_at       timestamptz not null,
    primary key (bucket, attempt)
) with (fillfactor = 70);
create index verify_fallbacks_due on verify_fallbacks (due_at);
