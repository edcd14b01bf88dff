-- The figures of an earlier moment: articles, names and quotes as the pages were then.

create function mart.articles_as_of(at timestamptz)
returns table (
    article_id bigint,
    source_key text,
    canonical_url text,
    title text,
    authors text[],
    word_count int,
    published_at timestamptz,
    published_date_local date,
    best_date date,
    best_date_origin text,
    first_seen_at timestamptz,
    language_code text,
    article_kind text,
    section_name text,
    agency text,
    is_original boolean,
    version_no int,
    article_version_id bigint,
    is_changed_since boolean
)
language sql stable
as $$
    select
        a.article_id,
        s.source_key,
        a.canonical_url,
        v.title,
        v.authors,
        v.word_count,
        case when coalesce(v.published_zone, '') != 'unknown' then v.published_at end,
        d.published_date_local,
        coalesce(
            d.published_date_local,
            (least(v.modified_at, a.first_seen_at) at time zone coalesce(s.known_time_zone, 'UTC'))::date
        ),
        case
            when d.published_date_local is not null then 'published'
            when v.modified_at < a.first_seen_at then 'modified'
            else 'first_seen'
        end,
        a.first_seen_at,
        v.language_code,
        v.article_kind,
        v.section_name,
        v.agency,
        a.duplicate_group_id is null
        or (a.is_group_original or not exists (
            select
            from news.articles as o
            where
                o.duplicate_group_id = a.duplicate_group_id
                and o.first_seen_at <= at
                and (
                    o.is_group_original
                    or (coalesce(o.published_at, o.first_seen_at), o.article_id)
                    < (coalesce(a.published_at, a.first_seen_at), a.article_id)
                )
        )),
        v.version_no,
        v.article_version_id,
        coalesce(c.changed_at > at, true)
    from news.articles as a
    inner join news.sources as s on a.source_id = s.source_id
    -- The text in force: the one that the next edit began with, else today's.
    left join (
        select distinct on (e.article_id)
            e.article_id,
            e.from_version_id
        from news.article_edits as e
        where e.seen_at > at
        order by e.article_id, e.seen_at, e.edit_no
    ) as n on a.article_id = n.article_id
    inner join news.article_versions as v
        on
            a.article_id = v.article_id
            and case
                when n.from_version_id is null then v.is_current
                else v.article_version_id = n.from_version_id
            end
    left join news.article_changes as c on a.article_id = c.article_id
    cross join lateral (
        select news.published_day(
            v.published_at, v.published_local, v.published_zone, v.published_precision, v.published_text,
            s.known_time_zone
        ) as published_date_local
    ) as d
    where a.first_seen_at <= at
$$;
comment on function mart.articles_as_of is 'Articles that were here at a moment, with the facts that their pages had then: one row each, as in mart.articles and without texts. What was taken down since is gone; copies, and facts that today''s Dateline reads better, are those of today. is_changed_since says whether anything of the article changed later.';

create function mart.entity_mentions_as_of(at timestamptz)
returns table (
    article_id bigint,
    source_key text,
    best_date date,
    is_original boolean,
    entity_id bigint,
    entity_type text,
    entity_name text,
    surface_text text,
    is_credit boolean,
    article_version_id bigint
)
language sql stable
as $$
    select
        a.article_id, a.source_key, a.best_date, a.is_original, e.entity_id, e.entity_type, e.entity_name,
        m.surface_text, m.is_credit, a.article_version_id
    from mart.articles_as_of(at) as a
    inner join news.entity_mentions as m on a.article_version_id = m.article_version_id
    inner join news.entities as n on m.entity_id = n.entity_id
    inner join news.entities as e on n.canonical_entity_id = e.entity_id
    where not e.is_blocked
$$;
comment on function mart.entity_mentions_as_of is 'Mentions of entities in the texts that were in force at a moment: one row each, as in mart.entity_mentions. Entities are those of today, with what was merged or blocked since.';

create function mart.quotes_as_of(at timestamptz)
returns table (
    article_id bigint,
    quote_no int,
    source_key text,
    best_date date,
    is_original boolean,
    speaker_name text,
    entity_id bigint,
    quote_text text,
    quote_kind text,
    cue_class text,
    grade text,
    article_version_id bigint
)
language sql stable
as $$
    select
        a.article_id, q.quote_no, a.source_key, a.best_date, a.is_original,
        coalesce(e.entity_name, case when n.is_blocked is not true then p.speaker_name end), e.entity_id, q.quote_text, q.quote_kind, q.cue_class,
        q.grade, a.article_version_id
    from mart.articles_as_of(at) as a
    inner join news.quotes as q on a.article_version_id = q.article_version_id
    left join news.quote_speakers as p
        on
            q.article_version_id = p.article_version_id
            and q.quote_no = p.quote_no
    left join news.entities as n on p.entity_id = n.entity_id
    left join news.entities as e on n.canonical_entity_id = e.entity_id and not e.is_blocked
$$;
comment on function mart.quotes_as_of is 'Quotes, with a row per speaker, in the texts that were in force at a moment, whatever their grade. Decisions about quotes (dateline quote) are left out.';
