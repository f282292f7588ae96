-- Numbers that carriers took out of service, with the day of the list that has them last.
create table deactivated_numbers (
    number text primary key,
    day    date not null
);
create index deactivated_numbers_by_day on deactivated_numbers (day);
create index number_lessons_by_age on number_lessons (last_at);
