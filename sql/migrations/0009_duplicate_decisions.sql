-- What people decided about copies; outlives every run of the method.

-- one row per pair of articles that somebody declared different.
create table news.duplicate_decisions (
    article_id_a bigint not null references news.articles on delete cascade,
    article_id_b bigint not null references news.articles on delete cascade,
    decision text not null check (decision in ('not_duplicate')),
    reason text,
    decided_by text not null,
    decided_at timestamptz not null default now(),
    primary key (article_id_a, article_id_b),
    check (article_id_a < article_id_b)
);
create index duplicate_decisions_b on news.duplicate_decisions (article_id_b);
comment on table news.duplicate_decisions is 'One row per pair of articles that somebody declared different (dateline dedupe undo). Stronger than the method, and kept when texts are judged again.';
comment on column news.duplicate_decisions.article_id_a is 'One article; the smaller article_id.';
comment on column news.duplicate_decisions.article_id_b is 'The other article.';
comment on column news.duplicate_decisions.decision is 'not_duplicate: the two never share a group; where a third text ties them, the weakest link between them is cut.';
comment on column news.duplicate_decisions.reason is 'Why, in the words of whoever decided.';
comment on column news.duplicate_decisions.decided_by is 'Who decided.';
comment on column news.duplicate_decisions.decided_at is 'When.';
