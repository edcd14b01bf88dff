-- question: Who said something about a subject, in these words?
-- row: one row per quote and speaker, the best match first, with the words that match in <mark>
-- set: about = war or doorbell -- words as in a web search
-- set: speaker = % -- part of the speaker's name; % for anybody
select
    best_date,
    source_key,
    speaker_name,
    quote_html,
    grade,
    canonical_url
from mart.search_quotes(:'about', speaker => nullif(:'speaker', '%'), limit_to => 20)
