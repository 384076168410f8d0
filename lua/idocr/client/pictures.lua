--- The pictures of a call: opens them once, makes them fit what the action of one provider takes, and checks them against its limits.

local errors = require "idocr.errors"
local events = require "idocr.client.events"
local fit = require "idocr.picture.fit"
local fit_settings = require "idocr.picture.fit_settings"
local kinds = require "idocr.kinds"
local lifetime = require "idocr.client.lifetime"
local limits = require "idocr.picture.limits"
local picture = require "idocr.picture"

local pictures = {}

--- Opens the pictures of a call.
---@param given table<string, idocr.Picture>
---@return table<string, table>? opened
---@return idocr.Error?
function pictures.open(given)
  local opened = {}
  for name, each in pairs(given) do
    local entry, err = picture.open(each)
    if not entry then
      picture.close_all(opened)
      return nil, err
    end
    opened[name] = entry
  end
  return opened
end

-- Bytes of a request without its pictures.
local FRAME = 64 * 1024

-- Returns the most bytes of each picture where all of them together exceed a request; nil: they do not.
local function share_of(opened, most_request)
  local sum, count = 0, 0
  for _, entry in pairs(opened) do
    if entry.image then sum, count = sum + math.ceil(entry.image:size() / 3) * 4, count + 1 end
  end
  if not most_request or count < 2 or sum <= most_request - FRAME then return nil end
  return math.floor((most_request - FRAME) / count / 4) * 3
end

-- Returns a function that says whether a call has ended. It is made here, not in the thread of the call, because it may outlive that
-- thread: see run_job in nginx/runtime.lua.
local function check_of(client, state)
  return function() return lifetime.ended(client, state) end
end

-- Returns the entry of a picture as it is sent: the same, or a new one that must be closed; or nil and an error.
local function fitted(call, name, entry, settings, share)
  local info = entry.image:info()
  if not info then return entry end -- limits.picture says what is wrong
  local account = call.account
  local task = {
    image = entry.image, info = info, size = entry.image:size(), action = call.service.action, site = account.options.site,
    taken = kinds.limits(call.service, name, call.params), settings = settings, share = share,
  }
  local reason = fit.reason(task)
  if not reason then return entry end
  local client, state = call.client, call.state
  local started = client.runtime.now()
  local image, facts = fit.make(task, client.runtime, check_of(client, state))
  if not image then return nil, facts end
  if client.emit ~= events.silent then
    facts.provider, facts.action, facts.picture, facts.reason = account.name, call.service.action, name, reason
    facts.seconds = client.runtime.now() - started
    client.emit("fit", facts)
  end
  return { image = image, owned = true }
end

local function url_error(name)
  return errors.unsent("image", "UrlNotFitted", ("%s is a URL, which the service downloads, so it cannot be made to fit: give the "
    .. "picture's bytes, or leave out fit"):format(name))
end

local function fit_all(call, opened, settings)
  for name, entry in pairs(opened) do
    if entry.url and call.fit then return nil, url_error(name) end -- the option alone leaves URLs as they are
  end
  local ready, share = {}, share_of(opened, call.account.provider.max_request)
  for name, entry in pairs(opened) do
    local err
    if entry.image then
      ready[name], err = fitted(call, name, entry, settings, share)
      if err then
        pictures.close(ready, opened)
        return nil, err
      end
    end
    ready[name] = ready[name] or entry
  end
  return ready
end

-- Returns an error where a picture exceeds what the action accepts.
local function check(call, ready, is_fitted)
  for name, entry in pairs(ready) do
    if entry.image then
      local taken = kinds.limits(call.service, name, call.params)
      local ok, err = limits.picture(
        entry.image, taken, call.service.action, call.account.options.site, call.client.runtime.pause, is_fitted)
      if not ok then return err end
    end
  end
end

--- What the pictures of a call are made ready for.
---@class idocr.PictureUse
---@field client idocr.ClientInner
---@field account idocr.Account
---@field service idocr.Service
---@field params table<string, any>
---@field state idocr.CallState
---@field fit table|false|nil   the param
---@field precheck boolean      the pictures are checked

--- Returns the pictures as one provider gets them.
---@param call idocr.PictureUse
---@param opened table<string, table>
---@return table<string, table>? ready  to be closed with `pictures.close`
---@return idocr.Error?
function pictures.ready(call, opened)
  local settings = fit_settings.merge(call.client.options.fit, call.fit)
  local ready, err = opened, nil
  if settings then ready, err = fit_all(call, opened, settings) end
  if not ready then return nil, err end
  err = call.precheck and check(call, ready, settings ~= nil) or nil
  if not err then return ready end
  pictures.close(ready, opened)
  return nil, err
end

--- Returns an error where the pictures together exceed what the provider takes.
---@param call idocr.PictureUse
---@param length integer bytes of the request
---@return idocr.Error?
function pictures.check_request(call, length)
  if not call.precheck then return nil end
  local settings = fit_settings.merge(call.client.options.fit, call.fit)
  local _, err = limits.request(length, call.account.provider.max_request, settings ~= nil)
  return err
end

--- Closes the pictures that were made for one provider.
---@param ready table<string, table>?
---@param opened table<string, table>
function pictures.close(ready, opened)
  for name, entry in pairs(ready or {}) do
    if entry ~= opened[name] then entry.image:close() end
  end
end

pictures.close_all = picture.close_all

return pictures
