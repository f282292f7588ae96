-- Whoever opted out of a service has opted out of every number in its pool, by whichever road these send.
create view pool_scopes as
select s.account, s.address as sender, replace(m.service::text, '-', '') as scope
from service_senders m join senders s on s.id = m.sender and s.account = m.account;
