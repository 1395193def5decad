-- What wrk sends. Arguments after "--": kind, districts, stations a district, first case, last case, prefix of keys.
-- Kinds: worklist and cases by a bureau, district or station of city 1, each as often; get of an open case of city 1
-- by the bureau; assign of one case after another, each under a fresh key. "worklist:city", ":district" and ":station"
-- keep to one tier.
local kind, tier, districts, stations, first, last, prefix
local n = 0
local headers = { ["Content-Type"] = "application/json" }
local body = '{"unit":"d1","instruction":"请核查","reason":"属地管辖"}'

function init(arguments)
  kind, tier = arguments[1]:match("^(%a+):?(%a*)$")
  districts, stations = tonumber(arguments[2]), tonumber(arguments[3])
  first, last, prefix = tonumber(arguments[4]), tonumber(arguments[5]), arguments[6]
  math.randomseed(os.time())
end

local function unit()
  local which = tier ~= "" and tier or ({ "city", "district", "station" })[math.random(3)]
  if which == "city" then return 1000 end
  if which == "district" then return 1000 + math.random(districts) end
  return 1000 + districts + math.random(districts * stations)
end

local function case(number)
  return string.format("/api/v1/cases/01980000-0000-7000-8000-%012x", number)
end

function request()
  if kind == "get" then
    headers.Authorization = "Bearer bhs_bench_00001000"
    local tens = math.random(math.floor(first / 10) + 1, math.floor(last / 10) - 1)
    return wrk.format("GET", case(tens * 10 + math.random(0, 2)), headers)
  elseif kind == "assign" then
    headers.Authorization = "Bearer bhs_bench_00001000"
    headers["Idempotency-Key"] = prefix .. n
    local path = case(first + n) .. "/assignments"
    n = n + 1
    return wrk.format("POST", path, headers, body)
  end
  headers.Authorization = string.format("Bearer bhs_bench_%08d", unit())
  return wrk.format("GET", "/api/v1/" .. kind, headers)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("bench %d %d %d %.3f %.3f\n", summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
