-- Kills workers with -9 again and again and restarts Redis: every picture ends in one state, and none is paid twice.

local fleet = require "spec.support.fleet"
local redis = require "spec.support.redis"

local PICTURES = 240

describe("workers that are killed while they work, with a server that restarts", function()
  (redis.available() and it or pending)("end every picture in one state and send none twice", function()
    local report = fleet.run { pictures = PICTURES, workers = 3, rate = 60, idle = 1, kill_every = 10, refusals = 9, seconds = 120 }
    local states, failed = report.states, 0
    for _, number in pairs(states.failed) do failed = failed + number end
    assert.is_true(report.restarted)
    assert.is_true(report.kills >= 5, report.kills)
    assert.equal(PICTURES, states.done + failed + states.unsure + states.dead)
    assert.same({ 0, 0 }, { states.waiting, states.working })

    local items = 0
    for id, lines in pairs(report.results) do
      items = items + 1
      assert.equal(1, lines, id)
    end
    assert.equal(PICTURES, items)
    for number, lines in pairs(report.numbers) do assert.equal(1, lines, number) end

    -- Every picture was sent at most once; the ledger lacks only requests of unsure ones.
    assert.is_true(report.requests <= PICTURES, report.requests)
    assert.is_true(report.requests >= states.done + failed)
    assert.is_true(report.requests >= report.ledger and report.requests - report.ledger <= states.unsure,
      ("%d requests, %d lines, %d unsure"):format(report.requests, report.ledger, states.unsure))
    assert.equal("0", report.stored)
  end)
end)
