-- severity: warning
-- one row per feed, sitemap, section or list whose requests since the last publish all failed, or
-- that answers and names no link of its site.
select
    s.source_key,
    d.url as page_url,
    case
        when bool_and(t.outcome not in ('read', 'unchanged'))
            then format(
                '%s of %s: all of %s requests failed, the last as %s (%s)',
                d.document_kind,
                s.source_key,
                count(*),
                (array_agg(t.outcome order by t.document_attempt_id desc))[1],
                coalesce((array_agg(t.reason order by t.document_attempt_id desc))[1], 'no reason given')
            )
        when d.state = 'empty'
            then format('%s of %s: it answers and names no link', d.document_kind, s.source_key)
        else format('%s of %s: it answers and names only links to other sites', d.document_kind, s.source_key)
    end as finding
from ops.document_attempts as t
inner join ops.documents as d on t.document_id = d.document_id
inner join news.sources as s on d.source_id = s.source_id
where
    t.attempted_at >= current_setting('dateline.since')::timestamptz
    and s.is_active
    and d.is_active
group by
    s.source_key,
    d.document_id
having bool_and(t.outcome not in ('read', 'unchanged')) or d.state in ('empty', 'foreign')
order by
    s.source_key,
    d.url
