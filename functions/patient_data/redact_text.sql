-- What was found is first replaced by a control character, and only at the end by a word, so that a
-- patient named Phone or Mail does not break the words put in before. Names match as whole words in
-- any case; every other character of a name stands for itself.
with names as (
  select string_agg(
    regexp_replace(regexp_replace(part, '([^[:alnum:][:space:]])', '\\\1', 'g'), '[[:space:]]+', '[[:space:]]+', 'g'),
    '|' order by length(part) desc, part
  ) as pattern
  from (
    select btrim(whole) as part
    from unnest(array[first_name, last_name]) as whole
    union
    -- Of a name in several words, each word gives the person away too.
    select word
    from unnest(array[first_name, last_name]) as whole
    cross join lateral regexp_split_to_table(whole, '[[:space:]-]+') as word
    where length(word) > 2
  ) as parts
  where part <> ''
),

coded as (
  select
    regexp_replace(
    regexp_replace(
    regexp_replace(
    regexp_replace(
    regexp_replace(
      translate(input, E'\x01\x02\x03\x04\x05', ''),
      -- e-mail addresses
      '[[:alnum:]._%+''-]+@[[:alnum:]-]+(\.[[:alnum:]-]+)+', E'\x01', 'g'),
      -- social security numbers
      '(?<![0-9])[0-9]{3}([-–. ]?)[0-9]{2}\1[0-9]{4}(?![0-9])', E'\x02', 'g'),
      -- record numbers
      '(?<![[:alnum:]])MRN[-–:#. ]*[0-9]+(?![0-9])', E'\x03', 'gi'),
      -- telephone numbers: international, then national with and without the area code
      '\+[0-9]{1,3}[-–. /]*\(?[0-9]{1,4}\)?([-–. /]?[0-9]{2,4}){1,4}(?![0-9])', E'\x04', 'g'),
      '(?<![0-9])(1[-–. ]*)?(\([0-9]{3}\)|[0-9]{3})[-–. /]*[0-9]{3}[-–. ]*[0-9]{4}(?![0-9])|(?<![0-9–-])[0-9]{3}[-–. ][0-9]{4}(?![0-9–-])',
      E'\x04', 'g') as text_coded,
    names.pattern
  from names
)

select
  replace(replace(replace(replace(replace(
    case
      when pattern is null then text_coded
      else regexp_replace(text_coded, '(?<![[:alnum:]_])(' || pattern || ')(?![[:alnum:]_])', E'\x05', 'gi')
    end,
    E'\x01', '[email]'), E'\x02', '[ssn]'), E'\x03', '[mrn]'), E'\x04', '[phone]'), E'\x05', '[name]')
from coded
