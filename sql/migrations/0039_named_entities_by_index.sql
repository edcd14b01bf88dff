-- Deleting an entity, as a takedown does, looks for mentions that name it. Most name none, so the
-- indexes hold those that do.
-- squawk-ignore-file require-concurrent-index-creation, require-timeout-settings

create index entity_mentions_named on news.entity_mentions (named_entity_id) where named_entity_id is not null;
create index quote_speakers_named on news.quote_speakers (named_entity_id) where named_entity_id is not null;
