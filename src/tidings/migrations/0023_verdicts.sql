-- What the gate said when a message was last judged; null where no rule had a say. Earlier verdicts are in its facts.
alter table messages add column verdict jsonb;
