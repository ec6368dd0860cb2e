-- Compare, then write, in one atomic step.
-- KEYS[1] marks this step: a step repeated by a client that lost the reply is not written twice.
-- ARGV: lifetime of the mark in seconds, number of checks, the checks, the writes; each check and each write is the
-- number of its strings and then these strings.
-- Returns {1}, or {0, number of the first check that failed, what was found}.
if redis.call('EXISTS', KEYS[1]) == 1 then return {1} end
local at = 3
local function following()
  local count = tonumber(ARGV[at])
  local strings = {unpack(ARGV, at + 1, at + count)}
  at = at + count + 1
  return strings
end
for number = 1, tonumber(ARGV[2]) do
  local check = following()
  local kind, key, found = check[1], check[2], ''
  local holds = false
  if kind == 'field' then
    found = redis.call('HGET', key, check[3]) or ''
    for i = 4, #check do holds = holds or found == check[i] end
  elseif kind == 'absent' then
    found = tostring(redis.call('EXISTS', key))
    holds = found == '0'
  elseif kind == 'exists' then
    found = tostring(redis.call('EXISTS', key))
    holds = found == '1'
  elseif kind == 'turns' then
    found = tostring(redis.call('XLEN', key))
    holds = tonumber(found) < tonumber(check[3])
  elseif kind == 'length' then
    found = tostring(redis.call('LLEN', key))
    holds = found == check[3]
  end
  if not holds then return {0, number, found} end
end
while at <= #ARGV do redis.call(unpack(following())) end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
return {1}
