-- The last two digits of a telephone number, so that a caller can confirm it.
select case
  when phone is not null
    then 'xxx-xxx-xx' || lpad(right(regexp_replace(phone, '[^0-9]', '', 'g'), 2), 2, 'x')
end
