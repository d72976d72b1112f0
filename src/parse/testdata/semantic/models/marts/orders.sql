select * from {{ ref('stg_orders') }} join {{ source('raw', 'customers') }} using (id)
