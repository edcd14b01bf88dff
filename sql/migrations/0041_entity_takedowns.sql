-- Takedowns of a person or another entity: what the tables say of them goes, and their names are barred.

-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, ban-drop-constraint, require-concurrent-index-creation, adding-field-with-default, require-timeout-settings

alter table ops.takedown_orders
drop constraint takedown_orders_target_kind_check,
add constraint takedown_orders_target_kind_check check (target_kind in ('article', 'outlet', 'entity')),
add column entity_ids bigint[] not null default '{}',
add column with_texts boolean not null default false;
comment on table ops.takedown_orders is 'One row per order to take an article, an outlet or an entity down: dateline takedown, or the DAG takedown.';
comment on column ops.takedown_orders.target_kind is 'article, outlet or entity.';
comment on column ops.takedown_orders.target is 'What was named: a URL, the key of a source, or the number of an entity, whose name is kept nowhere.';
comment on column ops.takedown_orders.article_count is 'Articles whose rows are removed; of an entity without its texts, articles that named it.';
comment on column ops.takedown_orders.entity_ids is 'Rows of news.entities that are removed; empty for an article or outlet.';
comment on column ops.takedown_orders.with_texts is 'Whether the articles that name the entity are removed too.';

-- one row per name that must not be stored as an entity.
create table news.barred_names (
    name_sha256 bytea not null check (octet_length(name_sha256) = 32),
    entity_type text not null,
    takedown_order_id bigint not null references ops.takedown_orders,
    primary key (name_sha256, entity_type)
);
comment on table news.barred_names is 'One row per name that was taken down: annotation leaves it out, with quotes that hold it. The name itself is kept nowhere.';
comment on column news.barred_names.name_sha256 is 'SHA-256 of the key that all spellings of the name share (family_key).';
comment on column news.barred_names.entity_type is 'Class in which it is barred; empty for any. A namesake of another class stays.';
comment on column news.barred_names.takedown_order_id is 'Order that barred it.';
