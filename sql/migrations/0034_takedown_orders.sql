-- Takedowns: what somebody asked to be removed, and how far that has come.

-- one row per order to take an article or an outlet down.
create table ops.takedown_orders (
    takedown_order_id bigint generated always as identity primary key,
    target_kind text not null check (target_kind in ('article', 'outlet')),
    target text not null,
    source_id int references news.sources,
    reason text not null,
    requested_by text not null,
    ordered_at timestamptz not null default now(),
    article_count int not null default 0,
    titles text[] not null default '{}',
    record_count int not null default 0,
    finished_at timestamptz
);
comment on table ops.takedown_orders is 'One row per order to take an article or an outlet down: dateline takedown, or the DAG takedown.';
comment on column ops.takedown_orders.takedown_order_id is 'Key of the order.';
comment on column ops.takedown_orders.target_kind is 'article or outlet.';
comment on column ops.takedown_orders.target is 'What was named: a URL or the key of a source.';
comment on column ops.takedown_orders.source_id is 'Outlet whose pages are all taken down; null for an article.';
comment on column ops.takedown_orders.reason is 'Why.';
comment on column ops.takedown_orders.requested_by is 'Who asked for it.';
comment on column ops.takedown_orders.ordered_at is 'When.';
comment on column ops.takedown_orders.article_count is 'Articles whose rows are removed.';
comment on column ops.takedown_orders.titles is 'Titles to look for in archived feeds and section pages; emptied when the order is finished.';
comment on column ops.takedown_orders.record_count is 'Records that are erased from WARC files.';
comment on column ops.takedown_orders.finished_at is 'When nothing was left anywhere; null as long as WARC files wait, for example because one is being written.';

-- squawk-ignore adding-foreign-key-constraint
alter table news.takedowns add column takedown_order_id bigint references ops.takedown_orders;
comment on column news.takedowns.takedown_order_id is 'Order that barred the URL.';
-- squawk-ignore require-concurrent-index-creation
create index takedowns_order on news.takedowns (takedown_order_id);
create unique index takedown_orders_outlet on ops.takedown_orders (source_id) where source_id is not null;
