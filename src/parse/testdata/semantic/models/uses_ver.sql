select * from {{ ref('ver', v=2) }}
