-- one row per altered form of a quote that more than one outlet has, with the words that changed.
create view mart.quote_alterations as
select
    f.quote_family_id,
    q.speaker_name,
    o.source_key as first_source_key,
    f.first_article_id,
    f.first_said_at,
    q.quote_text as first_quote_text,
    e.source_key,
    e.article_id,
    e.canonical_url,
    e.said_at,
    e.quote_text,
    c.words_removed,
    c.words_added,
    c.marked as changed_text
from news.quote_families as f
inner join news.articles as a on f.first_article_id = a.article_id
inner join news.sources as o on a.source_id = o.source_id
inner join news.quote_forms as w on f.quote_family_id = w.quote_family_id and f.first_sha256 != w.quote_sha256
cross join
    lateral (
        select
            s.quote_text,
            p.speaker_name
        from news.quotes as s
        inner join news.article_versions as v on s.article_version_id = v.article_version_id
        left join news.quote_speakers as p
            on s.article_version_id = p.article_version_id and s.quote_no = p.quote_no and p.speaker_no = 1
        where v.article_id = f.first_article_id and v.is_current and s.quote_sha256 = f.first_sha256
        order by s.quote_no
        limit 1
    ) as q
cross join
    lateral (
        select
            i.quote_text,
            b.article_id,
            b.canonical_url,
            u.source_key,
            news.told_at(b.published_at, b.first_seen_at) as said_at
        from news.quotes as i
        inner join news.article_versions as v on i.article_version_id = v.article_version_id and v.is_current
        inner join news.articles as b on v.article_id = b.article_id
        inner join news.sources as u on b.source_id = u.source_id
        where i.quote_sha256 = w.quote_sha256
        order by news.told_at(b.published_at, b.first_seen_at), b.article_id
        limit 1
    ) as e
cross join lateral news.word_changes(q.quote_text, e.quote_text) as c
where f.source_count > 1;
comment on view mart.quote_alterations is 'One row per altered form of a quote that more than one outlet has (mart.quote_spread), with the words that changed against the form that came first. Who altered them is not known: an outlet may print another part of what was said.';
comment on column mart.quote_alterations.quote_family_id is 'Key of the family. It may change when articles are annotated again.';
comment on column mart.quote_alterations.speaker_name is 'Who says them in the first article, as that text names the speaker; null where it does not.';
comment on column mart.quote_alterations.first_source_key is 'Outlet that had the words first.';
comment on column mart.quote_alterations.first_article_id is 'Its article.';
comment on column mart.quote_alterations.first_said_at is 'Time of that article: of publication, else when it was first seen.';
comment on column mart.quote_alterations.first_quote_text is 'The words as that article has them.';
comment on column mart.quote_alterations.source_key is 'Outlet that had this form first.';
comment on column mart.quote_alterations.article_id is 'Its article.';
comment on column mart.quote_alterations.canonical_url is 'Address of that article.';
comment on column mart.quote_alterations.said_at is 'Time of that article: of publication, else when it was first seen.';
comment on column mart.quote_alterations.quote_text is 'The words in this form.';
comment on column mart.quote_alterations.words_removed is 'Runs of words of the first form that this one has not, in their order. Empty where only case or punctuation differ.';
comment on column mart.quote_alterations.words_added is 'Runs of words that this form has and the first one has not, in their order.';
comment on column mart.quote_alterations.changed_text is 'This form with both marked: "the [-old-] {+new+} bridge".';
