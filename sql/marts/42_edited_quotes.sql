-- one row per quote that an edit added or removed.
create view mart.edited_quotes as
with edits as not materialized (
    select
        e.article_id,
        e.edit_no,
        e.seen_at,
        f.version_no as version_no_before,
        f.body_text as body_before,
        t.article_version_id as version_after,
        t.body_text as body_after,
        -- A version that was never current was never annotated: use the one before it.
        (
            select v.article_version_id
            from news.article_versions as v
            where
                v.article_id = e.article_id
                and v.version_no <= f.version_no
                and v.annotated_at is not null
            order by v.version_no desc
            limit 1
        ) as version_before
    from news.article_edits as e
    inner join news.article_versions as f on e.from_version_id = f.article_version_id
    inner join news.article_versions as t on e.to_version_id = t.article_version_id
    where
        t.annotated_at is not null
        and coalesce(e.is_comparable, f.extractor_version = t.extractor_version)
),

changed as not materialized (
    select
        e.article_id,
        e.edit_no,
        e.seen_at,
        'removed' as change_kind,
        q.article_version_id,
        q.quote_no,
        q.quote_text,
        q.quote_kind
    from edits as e
    inner join news.quotes as q on e.version_before = q.article_version_id
    inner join news.article_versions as h on q.article_version_id = h.article_version_id
    where
        strpos(e.body_after, q.quote_text) = 0
        -- The joined words of a quote in parts are nowhere in the text: each part is compared as printed.
        and exists (
            select
            from unnest(q.content_spans) as p (span)
            where
                strpos(
                    e.body_after,
                    substr(h.body_text, lower(p.span) + 1, upper(p.span) - lower(p.span))
                ) = 0
        )
        and not exists (
            select
            from news.quotes as o
            where
                o.article_version_id = e.version_after
                and o.quote_sha256 = q.quote_sha256
        )
    union all
    select
        e.article_id,
        e.edit_no,
        e.seen_at,
        'added' as change_kind,
        q.article_version_id,
        q.quote_no,
        q.quote_text,
        q.quote_kind
    from edits as e
    inner join news.quotes as q on e.version_after = q.article_version_id
    where
        e.version_before is not null
        and strpos(e.body_before, q.quote_text) = 0
        and exists (
            select
            from unnest(q.content_spans) as p (span)
            where
                strpos(
                    e.body_before,
                    substr(e.body_after, lower(p.span) + 1, upper(p.span) - lower(p.span))
                ) = 0
        )
        and not exists (
            select
            from news.quotes as o
            where
                o.article_version_id = e.version_before
                and o.quote_sha256 = q.quote_sha256
        )
)

select
    c.article_id,
    c.edit_no,
    c.seen_at,
    s.source_key,
    a.canonical_url,
    c.change_kind,
    (
        select string_agg(qs.speaker_name, ' and ' order by qs.speaker_no)
        from news.quote_speakers as qs
        where
            qs.article_version_id = c.article_version_id
            and qs.quote_no = c.quote_no
            and qs.speaker_role = 'speaker'
    ) as speaker_name,
    c.quote_text,
    c.quote_kind,
    c.article_version_id,
    c.quote_no,
    ch.changed_seq,
    ch.changed_at
from changed as c
inner join news.articles as a on c.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
left join news.article_changes as ch on c.article_id = ch.article_id;
comment on view mart.edited_quotes is 'One row per quote that an edit added or removed.';
comment on column mart.edited_quotes.article_id is 'Key of the article.';
comment on column mart.edited_quotes.edit_no is 'Number of the change within the article (mart.silent_edits).';
comment on column mart.edited_quotes.seen_at is 'Fetch time of the page that showed the change.';
comment on column mart.edited_quotes.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.edited_quotes.canonical_url is 'Address of the article.';
comment on column mart.edited_quotes.change_kind is 'removed: the text no longer holds its words. added: the text did not hold them before. A reworded quote gives one row of each.';
comment on column mart.edited_quotes.speaker_name is 'Who says it, several joined with "and"; null where the text names nobody.';
comment on column mart.edited_quotes.quote_text is 'The words said, without the quotation marks around them.';
comment on column mart.edited_quotes.quote_kind is 'direct, mixed or indirect.';
comment on column mart.edited_quotes.article_version_id is 'Version that holds the quote (news.quotes).';
comment on column mart.edited_quotes.quote_no is 'Number of the quote within that version.';
comment on column mart.edited_quotes.changed_seq is 'Number of the last change of the article, for copies elsewhere (docs/marts.md); null until a publish gives one.';
comment on column mart.edited_quotes.changed_at is 'When that number was given.';
