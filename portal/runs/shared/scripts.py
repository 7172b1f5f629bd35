"""What Redis does in one step, in its own language; a step is seen whole by every worker, or not at all.

Keys: `portal:run:<id>` holds what every worker has to know of a run (whose it is, which worker carries it, how far its log
goes), `portal:log:<id>` is the live end of its log, one entry for each batch of frames with the last one's number as id,
`portal:ref:<digest>` the run that was started under a ref, `portal:open` the runs under way with their workers,
`portal:worker:<name>` is there while a worker lives, `portal:watched:<id>` while somebody on another worker watches.

Names of keys are put together in the scripts, so this is for one Redis, not for a cluster of several.
"""

from __future__ import annotations

# ref digest, run, worker, facts, seconds the ref is kept -> the run that has the ref, which may be another.
CLAIM = """
local known = redis.call('GET', 'portal:ref:' .. ARGV[1])
if known then return known end
redis.call('SET', 'portal:ref:' .. ARGV[1], ARGV[2], 'EX', ARGV[5])
redis.call('HSET', 'portal:run:' .. ARGV[2], 'worker', ARGV[3], 'facts', ARGV[4], 'ref', ARGV[1], 'head', 0, 'size', 0,
  'owner', cjson.decode(ARGV[4]).owner)
redis.call('HSET', 'portal:open', ARGV[2], ARGV[3])
return ARGV[2]
"""

# ref digest, run, worker, facts, seconds the ref is kept, base -> the worker that has the run.
# For a run Redis does not know (any more): its log goes on from the frame after `base`.
SEED = """
local key = 'portal:run:' .. ARGV[2]
local worker = redis.call('HGET', key, 'worker')
if worker then return worker end
redis.call('DEL', 'portal:log:' .. ARGV[2])
redis.call('SET', 'portal:ref:' .. ARGV[1], ARGV[2], 'EX', ARGV[5])
redis.call('HSET', key, 'worker', ARGV[3], 'facts', ARGV[4], 'ref', ARGV[1], 'head', ARGV[6], 'size', 0,
  'owner', cjson.decode(ARGV[4]).owner)
redis.call('HSET', 'portal:open', ARGV[2], ARGV[3])
return ARGV[3]
"""

# worker, characters kept of a log, seconds an ended one is kept, then for each batch: run, first, last, "1" when ended, text
# -> for each: what came of it ("ok", "stop" when somebody asked for that, "head", "gone", "lost") and how far the log goes.
APPEND = """
local answers = {}
for at = 4, #ARGV, 5 do
  local run, first, last, ended, text = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3] == '1', ARGV[at + 4]
  local key, log = 'portal:run:' .. run, 'portal:log:' .. run
  local worker, head, stop, ref = unpack(redis.call('HMGET', key, 'worker', 'head', 'stop', 'ref'))
  if not worker then
    answers[#answers + 1] = {'gone', 0}
  elseif worker ~= ARGV[1] then
    answers[#answers + 1] = {'lost', 0}
  elseif first ~= tonumber(head) + 1 then
    answers[#answers + 1] = {'head', tonumber(head)}
  else
    redis.call('XADD', log, last .. '-0', 'n', first, 'f', text)
    local size = redis.call('HINCRBY', key, 'size', #text)
    redis.call('HSET', key, 'head', last)
    while size > tonumber(ARGV[2]) and redis.call('XLEN', log) > 1 do
      local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
      redis.call('XDEL', log, oldest[1])
      size = redis.call('HINCRBY', key, 'size', -#oldest[2][4])
    end
    if ended then
      redis.call('HDEL', 'portal:open', run)
      redis.call('HSET', key, 'ended', 1)
      redis.call('EXPIRE', key, ARGV[3])
      redis.call('EXPIRE', log, ARGV[3])
      redis.call('EXPIRE', 'portal:ref:' .. ref, ARGV[3])
    end
    redis.call('PUBLISH', 'portal:grown:' .. run, last)
    answers[#answers + 1] = {stop and 'stop' or 'ok', tonumber(last)}
  end
end
return answers
"""

# owner -> of each of their runs under way: facts, characters of its log so far, the beginning of its last frame.
UNDER_WAY = """
local found = {}
for _, run in ipairs(redis.call('HKEYS', 'portal:open')) do
  local key = 'portal:run:' .. run
  if redis.call('HGET', key, 'owner') == ARGV[1] then
    local last = redis.call('XREVRANGE', 'portal:log:' .. run, '+', '-', 'COUNT', 1)[1]
    local line = last and string.match(last[2][4], '[^\\n]*$') or ''
    found[#found + 1] = {redis.call('HGET', key, 'facts'), redis.call('HGET', key, 'size'), string.sub(line, 1, 200)}
  end
end
return found
"""

# run -> its worker, facts, head, whether it has ended; nothing when Redis does not know it.
LOOK = """
return redis.call('HMGET', 'portal:run:' .. ARGV[1], 'worker', 'facts', 'head', 'ended')
"""

# worker, seconds of its lease -> the runs under way whose worker's lease has run out, each with that worker.
RENEW = """
redis.call('SET', 'portal:worker:' .. ARGV[1], 1, 'EX', ARGV[2])
local open, lives, deserted = redis.call('HGETALL', 'portal:open'), {}, {}
for at = 1, #open, 2 do
  local worker = open[at + 1]
  if lives[worker] == nil then lives[worker] = redis.call('EXISTS', 'portal:worker:' .. worker) == 1 end
  if not lives[worker] then
    deserted[#deserted + 1] = open[at]
    deserted[#deserted + 1] = worker
  end
end
return deserted
"""

# run, worker that is gone, worker that takes over -> the run's facts and head; nothing when it is not to be had.
# From here on the first worker can add nothing to the log.
TAKE = """
local key = 'portal:run:' .. ARGV[1]
local worker, facts, head, ended = unpack(redis.call('HMGET', key, 'worker', 'facts', 'head', 'ended'))
if ended or not worker then
  redis.call('HDEL', 'portal:open', ARGV[1])
  return nil
end
if worker ~= ARGV[3] then
  if worker ~= ARGV[2] or redis.call('EXISTS', 'portal:worker:' .. worker) == 1 then return nil end
  redis.call('HSET', key, 'worker', ARGV[3])
  redis.call('HSET', 'portal:open', ARGV[1], ARGV[3])
end
return {facts, head}
"""

# runs -> the worker of each, "" for those Redis does not know.
WORKERS = """
local workers = {}
for at = 1, #ARGV do workers[at] = redis.call('HGET', 'portal:run:' .. ARGV[at], 'worker') or '' end
return workers
"""

# run -> nothing is left of it, also where it was never begun.
DROP = """
local ref = redis.call('HGET', 'portal:run:' .. ARGV[1], 'ref')
if ref and redis.call('GET', 'portal:ref:' .. ref) == ARGV[1] then redis.call('DEL', 'portal:ref:' .. ref) end
redis.call('HDEL', 'portal:open', ARGV[1])
redis.call('DEL', 'portal:run:' .. ARGV[1], 'portal:log:' .. ARGV[1], 'portal:watched:' .. ARGV[1])
redis.call('PUBLISH', 'portal:grown:' .. ARGV[1], 0)
return 1
"""

# run -> the worker to be told; it is noted with the log as well, so that it is not lost when the worker does not listen.
ASK_TO_STOP = """
local key = 'portal:run:' .. ARGV[1]
local worker, ended = unpack(redis.call('HMGET', key, 'worker', 'ended'))
if worker and not ended then redis.call('HSET', key, 'stop', 1) end
return worker
"""
