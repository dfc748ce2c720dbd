-- wrk's script: uploads the photos that its arguments name, in turn, and says what became of them.
-- Who is told to come again later (Retry-After) does.
local bodies, threads, sent, told = {}, {}, 0, {}
local boundary = "dermis-bench-7d0c5a3e"

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  answered, refused, other = 0, 0, 0
  for _, path in ipairs(arguments) do
    local file = assert(io.open(path, "rb"))
    table.insert(bodies, "--" .. boundary .. "\r\n"
      .. 'Content-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
      .. "Content-Type: image/jpeg\r\n\r\n" .. file:read("*a") .. "\r\n--" .. boundary .. "--\r\n")
    file:close()
  end
end

function request()
  sent = sent + 1
  local headers = { ["Content-Type"] = "multipart/form-data; boundary=" .. boundary }
  for name, value in pairs(wrk.headers) do headers[name] = value end
  return wrk.format("POST", nil, headers, bodies[sent % #bodies + 1])
end

-- Asked right after each answer, for the same connection.
function delay()
  return table.remove(told, 1) or 0
end

function response(status, headers)
  table.insert(told, 1000 * (tonumber(headers["retry-after"]) or 0))
  -- 202 is a photo that waits for the model: stored, not answered.
  if status == 200 or status == 201 then answered = answered + 1
  elseif status == 429 or status == 503 then refused = refused + 1
  else other = other + 1 end
end

function done(summary, latency)
  local all = { answered = 0, refused = 0, other = 0 }
  for _, thread in ipairs(threads) do
    for name in pairs(all) do all[name] = all[name] + thread:get(name) end
  end
  io.write(string.format(
    '\n{"seconds": %f, "median_ms": %f, "p99_ms": %f, "answered": %d, "refused": %d, "other": %d}\n',
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    all.answered, all.refused, all.other))
end
