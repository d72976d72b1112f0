{{ config(tags=['privacy']) }}

-- What the mask functions make of each spelling.
with cases (given, expected, found) as (
  values
    ('phone', 'xxx-xxx-xx43', {{ function('mask_phone') }}('(202) 555-0143')),
    ('short phone', 'xxx-xxx-xxx7', {{ function('mask_phone') }}('7')),
    ('no phone', null, {{ function('mask_phone') }}(null)),
    ('email', '***@b.org', {{ function('mask_email') }}('a@b.org')),
    ('no email', '***', {{ function('mask_email') }}('just words')),
    ('name, any case', '[name] and [name]', {{ function('redact_text') }}('ANN and lee', 'Ann', 'Lee')),
    ('part of a word stays', 'Annual plan of [name]', {{ function('redact_text') }}('Annual plan of Ann', 'Ann', null)),
    ('name of several words', '[name], [name] or [name]', {{ function('redact_text') }}('Mary  Ann, mary or O''Neil', 'Mary Ann', 'O''Neil')),
    ('name of signs', '[name] (x) *', {{ function('redact_text') }}('A.*b (x) *', 'A.*b', '(')),
    ('name of a placeholder', '[phone] [name]', {{ function('redact_text') }}('202-555-0143 Phone', 'Phone', 'Email')),
    ('phones', '[phone] [phone] [phone] [phone] [phone] [phone]', {{ function('redact_text') }}(
      '(202) 555-0143 202.555.0143 +1 202 555 0143 2025550143 555-0143 +44-20-7946-0958', null, null)),
    ('numbers that stay', '120/80, 2024-02-29, 500 mg', {{ function('redact_text') }}('120/80, 2024-02-29, 500 mg', 'Ann', 'Lee')),
    ('ssn and record', '[ssn] [ssn] [mrn] [mrn]', {{ function('redact_text') }}('900-12-3456 900 12 3456 MRN-000001 mrn: 17', 'Ann', 'Lee')),
    ('emails', '[email], <[email]>.', {{ function('redact_text') }}('ann.lee+x@mail.example.org, <A@B.io>.', 'Ann', 'Lee')),
    ('nothing', null, {{ function('redact_text') }}(null, 'Ann', 'Lee'))
)

select given, expected, found
from cases
where found is distinct from expected
