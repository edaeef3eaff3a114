-- The health of a DnsAlias or DnsZone, by the conditions that kstatus reads too (docs/reasons.md).
local health = { status = "Progressing", message = "waiting for dnsalias" }

if obj.metadata.deletionTimestamp ~= nil then
  health.message = "its records are being withdrawn"
  return health
end
if obj.status == nil or obj.status.conditions == nil then
  return health
end
if obj.status.observedGeneration ~= obj.metadata.generation then
  return health
end

local conditions = {}
for _, condition in ipairs(obj.status.conditions) do
  conditions[condition.type] = condition
end

local function told(condition)
  if condition.message == nil or condition.message == "" then
    return condition.reason
  end
  return condition.reason .. ": " .. condition.message
end

local ready = conditions["Ready"]
local stalled = conditions["Stalled"]
if stalled ~= nil and stalled.status == "True" then
  health.status = "Degraded"
  health.message = told(stalled)
elseif ready ~= nil and ready.reason == "Paused" then
  health.status = "Suspended"
  health.message = told(ready)
elseif ready ~= nil and ready.status == "True" then
  health.status = "Healthy"
  health.message = told(ready)
elseif ready ~= nil then
  health.message = told(ready)
end
return health
