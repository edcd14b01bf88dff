-- A known link that a feed names again is marked once an hour, not at each poll: writing the row and
-- its index entries again for each of a feed's hundred items cost as much as storing new ones.
comment on column ops.links.last_listed_at is 'When a document named it for the last time, to within an hour.';
