-- How a webhook is asked, and how often its answer has sent it elsewhere.
alter table webhook_pending
    add column method          text     not null default 'POST' check (method in ('GET', 'POST')),
    add column fallback_method text     not null default 'POST' check (fallback_method in ('GET', 'POST')),
    add column redirects       smallint not null default 0;
