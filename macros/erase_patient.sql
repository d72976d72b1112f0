{#
  Deletes a patient with all visits, diagnoses, treatments and notes, and the documents about him or
  her in the inbox:
    weft run-operation erase_patient --args '{mrn: MRN-000003}'
  Only the hash of the record number is kept, so that later builds skip documents that still name the
  patient, and one ERASE row with the pseudonym. All of it is one transaction. A document in the inbox
  that cannot be read but holds the record number goes too: no build could use it.
#}
{% macro erase_patient(mrn) %}
  {% set base = adapter.quote(prefixed_schema('pt_base')) %}
  {% set number = "upper(btrim('" ~ (mrn | string | replace("'", "''")) ~ "'))" %}
  {% set about_the_patient %}
    where upper(btrim(privacy.try_jsonb(payload_text) #>> '{patient,mrn}')) = {{ number }}
      or (privacy.try_jsonb(payload_text) is null and position({{ number }} in upper(payload_text)) > 0)
  {% endset %}
  {% set find_patient %}
    select 'stored' as found from {{ base }}.patients where mrn = {{ number }}
    union all
    (select 'received' from pt_inbox.documents {{ about_the_patient }} limit 1)
    union all
    (select 'delivered' from {{ adapter.quote(prefixed_schema('pt_landing')) }}.pt_documents {{ about_the_patient }} limit 1)
    union all
    select 'erased' from {{ base }}.erasures where mrn_hash = privacy.hash_pii({{ number }})
  {% endset %}
  {% set found = run_query(find_patient).columns[0].values() | list %}
  {% if not found %}
    {% do exceptions.raise_compiler_error("erase_patient: no patient has this record number; nothing was changed") %}
  {% elif 'erased' in found and 'stored' not in found and 'received' not in found %}
    {% do log("erase_patient: this patient was erased before; nothing was changed", info=true) %}
    {{ return(none) }}
  {% endif %}
  {% set erase %}
    create temporary table erased_visits on commit drop as
    select v.visit_id from {{ base }}.visits as v
    join {{ base }}.patients as p on p.patient_id = v.patient_id
    where p.mrn = {{ number }};
    {%- for table in ['provider_notes', 'treatments', 'diagnoses', 'visits'] %}
    delete from {{ base }}.{{ table }} where visit_id in (select visit_id from erased_visits);
    {%- endfor %}
    delete from {{ base }}.patients where mrn = {{ number }};
    delete from pt_inbox.documents {{ about_the_patient }};
    insert into {{ base }}.erasures (mrn_hash) values (privacy.hash_pii({{ number }})) on conflict do nothing;
    insert into audit.audit_log (user_id, action_type, table_name, row_count, invocation_id, details)
    select session_user, 'ERASE', '{{ prefixed_schema("pt_base") }}.patients', 1, '{{ invocation_id }}',
      jsonb_build_object(
        'pseudonym', 'P-' || left(privacy.hash_pii({{ number }}), 16),
        'visits', (select count(*) from erased_visits)
      );
    drop table erased_visits;
  {% endset %}
  {% do run_query(erase) %}
  {% do log("erase_patient: erased; take the patient out of the file of documents too", info=true) %}
{% endmacro %}
