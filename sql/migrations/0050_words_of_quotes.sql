-- Which words of a quote another form has changed.

create function news.compared_words(text) returns text[]
language sql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
return array(
    select btrim(news.folded_text(w.word), '.,;:!?"''()[]…-')
    from regexp_split_to_table($1, '\s+') with ordinality as w (word, place)
    where w.word != ''
    order by w.place
);
comment on function news.compared_words is 'Words of a text as quotes are compared: without case, typography and the punctuation around them.';

create function news.word_changes(
    words_before text, words_after text, out words_removed text[], out words_added text[], out marked text
)
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    old_shown constant text[] := array_remove(regexp_split_to_array(words_before, '\s+'), '');
    new_shown constant text[] := array_remove(regexp_split_to_array(words_after, '\s+'), '');
    old_words constant text[] := news.compared_words(words_before);
    new_words constant text[] := news.compared_words(words_after);
    alike int := 0;
    alike_at_end int := 0;
    old_count int := cardinality(old_words);
    new_count int := cardinality(new_words);
    width int;
    lengths int[];
    i int;
    j int;
    removed text[] := '{}';
    added text[] := '{}';
    pieces text[] := '{}';
    -- A longer middle is told as one change: 300 words against 300 take 0.1 s.
    largest constant int := 90000;
begin
    words_removed := '{}';
    words_added := '{}';
    while alike < least(old_count, new_count) and old_words[alike + 1] = new_words[alike + 1] loop
        alike := alike + 1;
    end loop;
    while
        alike_at_end < least(old_count, new_count) - alike
        and old_words[old_count - alike_at_end] = new_words[new_count - alike_at_end]
    loop
        alike_at_end := alike_at_end + 1;
    end loop;
    old_count := old_count - alike - alike_at_end;
    new_count := new_count - alike - alike_at_end;
    width := new_count + 1;
    -- lengths[i * width + j + 1] is how many words the rests behind i old and j new ones have in common.
    if old_count::bigint * new_count <= largest then
        lengths := array_fill(0, array[(old_count + 1) * width]);
        for i in reverse old_count - 1 .. 0 loop
            for j in reverse new_count - 1 .. 0 loop
                lengths[i * width + j + 1] := case
                    when old_words[alike + i + 1] = new_words[alike + j + 1]
                        then lengths[(i + 1) * width + j + 2] + 1
                    else greatest(lengths[(i + 1) * width + j + 1], lengths[i * width + j + 2])
                end;
            end loop;
        end loop;
    end if;
    pieces := new_shown[1:alike];
    i := 0;
    j := 0;
    loop
        if i < old_count and j < new_count and old_words[alike + i + 1] = new_words[alike + j + 1]
            and lengths is not null
        then
            if cardinality(removed) > 0 then
                words_removed := words_removed || array_to_string(removed, ' ');
                pieces := pieces || ('[-' || array_to_string(removed, ' ') || '-]');
            end if;
            if cardinality(added) > 0 then
                words_added := words_added || array_to_string(added, ' ');
                pieces := pieces || ('{+' || array_to_string(added, ' ') || '+}');
            end if;
            removed := '{}';
            added := '{}';
            pieces := pieces || new_shown[alike + j + 1];
            i := i + 1;
            j := j + 1;
        elsif
            i < old_count
            and (
                j = new_count or lengths is null
                or lengths[(i + 1) * width + j + 1] >= lengths[i * width + j + 2]
            )
        then
            removed := removed || old_shown[alike + i + 1];
            i := i + 1;
        elsif j < new_count then
            added := added || new_shown[alike + j + 1];
            j := j + 1;
        else
            exit;
        end if;
    end loop;
    if cardinality(removed) > 0 then
        words_removed := words_removed || array_to_string(removed, ' ');
        pieces := pieces || ('[-' || array_to_string(removed, ' ') || '-]');
    end if;
    if cardinality(added) > 0 then
        words_added := words_added || array_to_string(added, ' ');
        pieces := pieces || ('{+' || array_to_string(added, ' ') || '+}');
    end if;
    pieces := pieces || new_shown[alike + new_count + 1:];
    marked := array_to_string(pieces, ' ');
end
$$;
comment on function news.word_changes is 'Runs of words that went and that came from one text to another, and the other with both marked: "the [-old-] {+new+} bridge". Case and punctuation are no change.';
