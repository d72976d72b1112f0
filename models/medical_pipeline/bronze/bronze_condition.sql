{{ config(indexes=[
  {'columns': ['source_file', 'source_line', 'payload_md5'], 'unique': true},
  {'columns': ['resource_id']},
]) }}

{{ received_rows('Condition') }}
