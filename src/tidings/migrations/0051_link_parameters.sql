-- What a brand's domain adds to the query of every destination, and to which hosts alone, if any are named.

alter table link_domains
    add column parameters      text   not null default '',
    add column parameter_hosts text[] not null default '{}';
