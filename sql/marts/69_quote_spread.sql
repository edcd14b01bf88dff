-- one row per quote that more than one outlet has, in whatever form.
create view mart.quote_spread as
select
    f.quote_family_id,
    q.quote_text,
    q.speaker_name,
    o.source_key as first_source_key,
    f.first_article_id,
    a.canonical_url as first_url,
    f.first_said_at,
    f.last_said_at,
    f.source_count,
    f.article_count,
    f.form_count,
    f.form_count > 1 as is_altered,
    array(
        select distinct on (i.quote_sha256) i.quote_text
        from news.quote_forms as w
        inner join news.quotes as i on w.quote_sha256 = i.quote_sha256
        where w.quote_family_id = f.quote_family_id and w.quote_sha256 != f.first_sha256
        order by i.quote_sha256
        limit 20
    ) as other_forms
from news.quote_families as f
inner join news.articles as a on f.first_article_id = a.article_id
inner join news.sources as o on a.source_id = o.source_id
cross join
    lateral (
        select
            s.quote_text,
            p.speaker_name
        from news.article_versions as v
        inner join news.quotes as s on v.article_version_id = s.article_version_id
        left join news.quote_speakers as p
            on s.article_version_id = p.article_version_id and s.quote_no = p.quote_no and p.speaker_no = 1
        where v.article_id = f.first_article_id and v.is_current and s.quote_sha256 = f.first_sha256
        order by s.quote_no
        limit 1
    ) as q
where f.source_count > 1;
comment on view mart.quote_spread is 'One row per quote that more than one outlet has: the same words, perhaps altered by a few. Quotes of fewer than six words are not compared.';
comment on column mart.quote_spread.quote_family_id is 'Key of the family. It may change when articles are annotated again.';
comment on column mart.quote_spread.quote_text is 'The words as the first article has them.';
comment on column mart.quote_spread.speaker_name is 'Who says them there, as that text names the speaker; null where it does not.';
comment on column mart.quote_spread.first_source_key is 'Outlet that had them first.';
comment on column mart.quote_spread.first_article_id is 'Its article.';
comment on column mart.quote_spread.first_url is 'Address of that article.';
comment on column mart.quote_spread.first_said_at is 'Time of that article: of publication, else when it was first seen.';
comment on column mart.quote_spread.last_said_at is 'Time of the last article that has the quote.';
comment on column mart.quote_spread.source_count is 'Outlets that have it.';
comment on column mart.quote_spread.article_count is 'Articles that have it, copies included.';
comment on column mart.quote_spread.form_count is 'Different forms of the words.';
comment on column mart.quote_spread.is_altered is 'Whether any outlet changed, shortened or lengthened the words.';
comment on column mart.quote_spread.other_forms is 'The words in other forms, 20 at most.';
