-- The carrier of TIDINGS_CARRIER_URL is named by its system id and host, capitals included: it can be written down as such.
alter table carriers drop constraint carriers_name_check;
alter table carriers add constraint carriers_name_check check (name ~ '^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$');
