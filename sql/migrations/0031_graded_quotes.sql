-- Every quote says how its speaker was found, how good it is, and why it is not better. Rows from before
-- keep what they have and stay without a grade until their texts are annotated again.

-- The new columns are null in every row, so the checks hold.
-- squawk-ignore-file constraint-missing-not-valid

alter table news.quotes
add column speaker_method text check (
    speaker_method in (
        'full_name', 'name', 'nearby_name', 'pronoun', 'relative_clause', 'description', 'document',
        'spokesperson', 'continued', 'turn', 'signature', 'headline', 'unknown'
    )
),
add column speaker_evidence text,
add column grade text check (grade in ('A', 'B', 'C')),
add column grade_reason text,
add column lost_mark text check (lost_mark in ('opening', 'closing'));
comment on column news.quotes.speaker_method is 'How the speaker was found. The source names the speaker: full_name, name (a shorter form), turn (label of an interview), signature, headline (label in it). It refers to the speaker: pronoun, relative_clause, description, document (or a body without its name), spokesperson, continued (no source; the speaker before goes on). nearby_name: no source, the name nearest to the verb. unknown: nobody is named. Null for rows of a version before this column.';
comment on column news.quotes.speaker_evidence is 'The words that name the speaker: the source as printed, and for a reference the name it refers to (she ← Mayor Ida Holm).';
comment on column news.quotes.grade is 'A: printable. B: likely right; grade_reason says what to look at. C: for counting only; grade_reason says why. Null for rows of a version before this column, until dateline reprocess --stage annotate grades them.';
comment on column news.quotes.grade_reason is 'Why the grade is not better, null for an A. No statement: deed, thought, not_said, narrator, title, scare_quotes, fragment, list_item, caption, table, no_source. What is doubtful: unsure (confidence), reference (the speaker is resolved from one), no_name, lost_mark.';
comment on column news.quotes.lost_mark is 'The quotation mark that the text lacks: opening or closing. The quote then begins or ends with its paragraph.';
comment on column news.quotes.confidence is 'Estimated probability that content and source are right, 0 to 1.';
