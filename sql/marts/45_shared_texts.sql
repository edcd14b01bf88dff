-- one row per pair of articles that share text, with the scores and the original of their group.
create view mart.shared_texts as
select
    r.article_id_a,
    r.article_id_b,
    a.title as title_a,
    b.title as title_b,
    r.relation,
    r.jaccard,
    r.containment_a,
    r.containment_b,
    r.shared_words,
    r.method_version,
    r.detected_at,
    -- The least scores of copies in pipeline/dedupe/compare.py.
    r.relation = 'partial'
    and (
        r.jaccard >= 0.5
        or greatest(r.containment_a, r.containment_b) >= 0.6
        or (r.jaccard >= 0.25 and r.shared_words >= 50)
    ) as is_one_template,
    coalesce(a.duplicate_group_id = b.duplicate_group_id, false) as is_one_group,
    case when a.duplicate_group_id = b.duplicate_group_id then o.article_id end as survivor_article_id,
    d.decided_by is not null as is_declared_different,
    d.decided_by,
    d.reason as decision_reason
from news.text_reuse as r
inner join mart.articles as a on r.article_id_a = a.article_id
inner join mart.articles as b on r.article_id_b = b.article_id
left join news.articles as o on a.duplicate_group_id = o.duplicate_group_id and o.is_group_original
left join news.duplicate_decisions as d
    on r.article_id_a = d.article_id_a and r.article_id_b = d.article_id_b;
comment on view mart.shared_texts is 'One row per pair of articles that share text, whether or not that makes them copies.';
comment on column mart.shared_texts.article_id_a is 'One article; the smaller article_id.';
comment on column mart.shared_texts.article_id_b is 'The other article.';
comment on column mart.shared_texts.title_a is 'Headline of a.';
comment on column mart.shared_texts.title_b is 'Headline of b.';
comment on column mart.shared_texts.relation is 'duplicate; a_in_b: a lies in b; b_in_a; partial: too little to be copies, or one template.';
comment on column mart.shared_texts.jaccard is 'Share of their word shingles that both hold, page boilerplate left out.';
comment on column mart.shared_texts.containment_a is 'Share of a''s shingles that b holds.';
comment on column mart.shared_texts.containment_b is 'Share of b''s shingles that a holds.';
comment on column mart.shared_texts.shared_words is 'Words in the shared passages.';
comment on column mart.shared_texts.method_version is 'Version of the method that compared them.';
comment on column mart.shared_texts.detected_at is 'When it was found.';
comment on column mart.shared_texts.is_one_template is 'Whether they share as many words as copies do but fill one template: earnings reports, forecasts or court briefs with other names and figures, or a page''s header and footer around other stories.';
comment on column mart.shared_texts.is_one_group is 'Whether both are counted as one story''s copies.';
comment on column mart.shared_texts.survivor_article_id is 'Original of their group: the earliest published, else first seen, else longest of its texts; null where they are in no group together.';
comment on column mart.shared_texts.is_declared_different is 'Whether a person declared that they are not duplicates.';
comment on column mart.shared_texts.decided_by is 'Who declared it.';
comment on column mart.shared_texts.decision_reason is 'Why.';
