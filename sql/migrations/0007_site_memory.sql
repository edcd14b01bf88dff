-- Site memory that forgets: a block that a host no longer shows stops being furniture.

comment on column news.site_blocks.last_seen_at is 'When an article of the host showed it last.';
