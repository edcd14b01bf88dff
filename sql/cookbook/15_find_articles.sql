-- question: Which articles are about a subject?
-- row: one row per article, the best of the newest matches first, with the words that match in <mark>
-- set: about = "port strike" or bridge -- words as in a web search: or, "a phrase", -without, begin*
-- set: since = 2000-01-01 -- first day
select
    best_date,
    source_key,
    title_html,
    snippet_html,
    canonical_url
from mart.search(:'about', since => :'since'::date, limit_to => 20)
