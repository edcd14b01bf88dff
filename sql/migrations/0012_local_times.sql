-- A time without offset is of its source's zone; where the source has none, its moment is unknown.

alter table news.article_versions
-- What a page states without a zone is no timestamptz.
-- squawk-ignore prefer-timestamp-tz
add column published_local timestamp,
add column published_zone text check (published_zone in ('page', 'source', 'unknown'));
comment on column news.article_versions.published_at is 'When the page says it was published, as a moment; null where it says nothing, and where it states a clock time whose zone nobody knows (published_local).';
comment on column news.article_versions.published_local is 'Stated clock time whose zone is unknown: without an offset, of a source without time_zone; null otherwise.';
comment on column news.article_versions.published_zone is 'Where the zone of the stated time comes from. page: its own offset. source: the source''s time_zone. unknown: see published_local. Null where only a day or nothing is stated.';
comment on column news.article_versions.modified_at is 'When the page says it was changed, as a moment; null where it says nothing, and where it states a clock time whose zone nobody knows (modified_text).';
comment on column news.article_versions.published_precision is 'How exactly the page states it: day (published_at is its midnight in UTC), minute or second; published_zone says whose clock it is.';

-- Times without offset were taken for UTC until now.
update news.article_versions as v
set
    published_zone = case
        when v.published_text ~ '([Zz]|[+-]\d\d(:?\d\d)?)$' then 'page'
        when s.time_zone is null then 'unknown'
        when s.time_zone not in (select z.name from pg_catalog.pg_timezone_names as z)
            then 'unknown'
        else 'source'
    end
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
where v.article_id = a.article_id and v.published_precision in ('minute', 'second');

update news.article_versions as v
set
    published_local = case
        when v.published_zone = 'unknown' then v.published_at at time zone 'UTC'
    end,
    published_at = case
        when v.published_zone = 'source'
            then (v.published_at at time zone 'UTC') at time zone s.time_zone
    end
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
where v.article_id = a.article_id and v.published_zone in ('source', 'unknown');

update news.article_versions as v
set
    modified_at = case
        when s.time_zone in (select z.name from pg_catalog.pg_timezone_names as z)
            then (v.modified_at at time zone 'UTC') at time zone s.time_zone
    end
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
where
    v.article_id = a.article_id
    and v.modified_text ~ ':\d\d(\.\d+)?$'
    and v.modified_text !~ '[+-]\d\d:\d\d$';

-- A clock time that occurs twice when summer time ends is the first of the two; Postgres takes the
-- second. The conditions are in a case so that no unknown zone is evaluated.
update news.article_versions as v
set published_at = v.published_at - interval '1 hour'
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
where
    v.article_id = a.article_id
    and case
        when v.published_zone = 'source'
            then
                (v.published_at - interval '1 hour') at time zone s.time_zone
                = v.published_at at time zone s.time_zone
        else false
    end;

update news.article_versions as v
set modified_at = v.modified_at - interval '1 hour'
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
where
    v.article_id = a.article_id
    and v.modified_text ~ ':\d\d(\.\d+)?$'
    and v.modified_text !~ '[+-]\d\d:\d\d$'
    and case
        when s.time_zone in (select z.name from pg_catalog.pg_timezone_names as z)
            then
                (v.modified_at - interval '1 hour') at time zone s.time_zone
                = v.modified_at at time zone s.time_zone
        else false
    end;

update news.articles as a
set published_at = v.published_at
from news.article_versions as v
where v.article_id = a.article_id and v.is_current and v.published_zone in ('source', 'unknown');
