-- one row per pair of entities that two originals or more of one week name together; brought up to date by each publish.
create view mart.entity_co_mentions as
select
    p.entity_id_a,
    p.entity_name_a,
    p.entity_id_b,
    p.entity_name_b,
    p.article_count,
    p.original_article_count,
    p.last_seen_date,
    p.entity_type_a,
    p.entity_type_b,
    p.week_count
from news.entity_pairs as p;
comment on view mart.entity_co_mentions is 'One row per pair of entities that two originals or more of one week (from Monday) name together; brought up to date by each publish. mart.weekly_co_mentions has the weeks.';
comment on column mart.entity_co_mentions.entity_id_a is 'Entity with the smaller key.';
comment on column mart.entity_co_mentions.entity_name_a is 'Its name.';
comment on column mart.entity_co_mentions.entity_id_b is 'Entity with the larger key.';
comment on column mart.entity_co_mentions.entity_name_b is 'Its name.';
comment on column mart.entity_co_mentions.article_count is 'Articles that name both, copies included, of weeks with two originals or more.';
comment on column mart.entity_co_mentions.original_article_count is 'Articles that name both, each text counted once, of weeks with two or more.';
comment on column mart.entity_co_mentions.last_seen_date is 'Day of the last such article.';
comment on column mart.entity_co_mentions.entity_type_a is 'Its class: PERSON, ORG, GPE and so on.';
comment on column mart.entity_co_mentions.entity_type_b is 'Its class.';
comment on column mart.entity_co_mentions.week_count is 'Weeks with two such originals or more.';
