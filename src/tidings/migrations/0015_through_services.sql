-- A message that is scheduled through a service has no lane until it is due.
alter table later alter column lane drop not null;
