-- The domain of an e-mail address. Text without one shows nothing.
select case
  when email is not null then '***' || coalesce(substring(email from '@[^@\s]+$'), '')
end
