-- one row per week and pair of entities that two originals or more of the week name together; brought up to date by each publish.
create view mart.weekly_co_mentions as
select
    p.week_date,
    p.entity_id_a,
    a.entity_type as entity_type_a,
    a.entity_name as entity_name_a,
    p.entity_id_b,
    b.entity_type as entity_type_b,
    b.entity_name as entity_name_b,
    p.article_count,
    p.original_article_count,
    p.last_seen_date,
    p.original_article_count::float8 * w.originals / (x.originals * y.originals)::float8 as lift
from news.entity_pair_weeks as p
inner join news.entities as a on p.entity_id_a = a.entity_id
inner join news.entities as b on p.entity_id_b = b.entity_id
-- Lateral, so that nothing is summed where lift is not selected.
cross join
    lateral ( -- noqa: ST05
        select sum(d.original_article_count) as originals
        from news.counted_days as d
        where d.best_date between p.week_date and p.week_date + 6
    ) as w
cross join
    lateral ( -- noqa: ST05
        select sum(d.original_article_count) as originals
        from news.entity_days as d
        where d.entity_id = p.entity_id_a and d.best_date between p.week_date and p.week_date + 6
    ) as x
cross join lateral ( -- noqa: ST05
    select sum(d.original_article_count) as originals
    from news.entity_days as d
    where d.entity_id = p.entity_id_b and d.best_date between p.week_date and p.week_date + 6
) as y;
comment on view mart.weekly_co_mentions is 'One row per week and pair of entities that two originals or more of the week name together; brought up to date by each publish. mart.named_with(entity_id) has the most frequent partners of one entity.';
comment on column mart.weekly_co_mentions.week_date is 'Monday of the week; days are best_date of mart.articles.';
comment on column mart.weekly_co_mentions.entity_id_a is 'Entity with the smaller key.';
comment on column mart.weekly_co_mentions.entity_type_a is 'Its class: PERSON, ORG, GPE and so on.';
comment on column mart.weekly_co_mentions.entity_name_a is 'Its name.';
comment on column mart.weekly_co_mentions.entity_id_b is 'Entity with the larger key.';
comment on column mart.weekly_co_mentions.entity_type_b is 'Its class.';
comment on column mart.weekly_co_mentions.entity_name_b is 'Its name.';
comment on column mart.weekly_co_mentions.article_count is 'Articles of the week that name both, copies included; of an article, the 60 entities that it names most often.';
comment on column mart.weekly_co_mentions.original_article_count is 'The same, each text counted once.';
comment on column mart.weekly_co_mentions.last_seen_date is 'Day of the last such article.';
comment on column mart.weekly_co_mentions.lift is 'How many times as often originals of the week name both as they would if the two were named independently of each other.';
