-- What kind of line a number is, and whether it came from a carrier's stock, to which it goes back.

alter table senders
    add column line   text not null default 'local' check (line in ('local', 'mobile', 'toll_free', 'none')),
    add column origin text not null default 'hosted' check (origin in ('twilio', 'hosted'));

update senders set line = 'toll_free' where kind = 'toll_free';
update senders set line = 'none' where kind in ('short_code', 'alphanumeric');
