-- Which files of a folder a batch takes, and what it says about the others.

local find = require("idocr.cli.folder").find
local describe_left_out = require("idocr.cli.folder").describe
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"

describe("the folder of a batch", function()
  local jpeg = process.read(specimens.path "passport")
  local PNG, WEBP = "\137PNG\r\n\26\n" .. ("\0"):rep(40), "RIFF\60\0\0\0WEBPVP8 " .. ("\0"):rep(48)
  local FORMATS = { jpeg = true, png = true, bmp = true }
  local root

  before_each(function() root = process.tempdir() end)

  local function make(files)
    for name, bytes in pairs(files) do
      local above = name:match("^(.*)/")
      if above then process.run("mkdir -p " .. process.quote(root .. "/" .. above)) end
      process.write(root .. "/" .. name, bytes)
    end
  end

  -- -> names, what is said about the rest
  local function search(options)
    options = options or {}
    options.formats, options.wrote = options.formats or FORMATS, options.wrote or function() return false end
    if options.formats == "all" then options.formats = nil end
    local found, left_out = find(root, options)
    for index, path in ipairs(found) do found[index] = path:sub(#root + 2) end
    return table.concat(found, " "), describe_left_out(left_out)
  end

  it("gives the pictures in a fixed order and leaves nothing unsaid", function()
    make { ["b.jpg"] = jpeg, ["B.JPEG"] = jpeg, ["a.png"] = PNG, ["ä.jpg"] = jpeg, ["c d.jpg"] = jpeg }
    local names, left_out = search()
    assert.are.equal("B.JPEG a.png b.jpg c d.jpg ä.jpg", names)
    assert.is_nil(left_out)
  end)

  it("leaves out names that begin with a dot: side files of a Mac, files being copied, hidden folders", function()
    make { ["._a.jpg"] = "AppleDouble", [".a.jpg.Xy12"] = jpeg, [".DS_Store"] = "x", [".thumbs/a.jpg"] = jpeg, ["a.jpg"] = jpeg }
    local names, left_out = search { recursive = true }
    assert.are.equal("a.jpg", names)
    assert.are.equal("4 names that begin with a dot", left_out)
  end)

  it("leaves out formats that the service does not take, by their content, or by their name where that says nothing", function()
    make { ["a.webp"] = WEBP, ["b.jpg"] = WEBP, ["c.HEIC"] = "no known content", ["d.avif"] = "x", ["e.tif"] = "x", ["f.TIFF"] = "x",
      ["g.webp"] = jpeg, ["h.heic"] = jpeg }
    local names, left_out = search()
    assert.are.equal("g.webp h.heic", names)
    assert.are.equal("1 AVIF picture, 1 HEIC picture, 2 TIFF pictures, 2 WebP pictures (the service takes BMP, JPEG, PNG; " ..
      "--no-precheck sends them)", left_out)
    assert.are.equal("a.webp b.jpg c.HEIC d.avif e.tif f.TIFF g.webp h.heic", (search { formats = "all" }))
  end)

  it("takes a broken file with a picture's name, so that its failure is seen", function()
    make { ["a.jpg"] = "no picture", ["b.jpg"] = "" }
    assert.are.equal("a.jpg b.jpg", (search()))
  end)

  it("counts other files, pipes, folders and links to folders", function()
    make { ["notes.txt"] = "x", ["a.jpg.bak"] = jpeg, ["scan"] = jpeg, ["x.jpg/y.jpg"] = jpeg, ["z/y.jpg"] = jpeg }
    process.run(("cd %s && mkfifo p.jpg && ln -s z l && ln -s ../x.jpg z/self && ln -s z/y.jpg link.jpg"):format(process.quote(root)))
    local names, left_out = search()
    assert.are.equal("link.jpg", names)
    assert.are.equal("2 folders (--recursive reads folders too), 1 link to a folder, 1 pipe, socket or device, " ..
      "3 files that do not have a picture's name (.jpg, .png …)", left_out)
    names, left_out = search { recursive = true }
    assert.are.equal("link.jpg x.jpg/y.jpg z/y.jpg", names)
    assert.is_truthy(left_out:find("^2 links to folders, "), left_out)
  end)

  it("ends in a folder that links lead round in", function()
    make { ["a/b/c.jpg"] = jpeg }
    process.run(("cd %s && ln -s .. a/up && ln -s . a/same && ln -s ../.. a/b/top"):format(process.quote(root)))
    assert.are.equal("a/b/c.jpg", (search { recursive = true }))
  end)

  it("leaves out what an earlier run wrote", function()
    make { ["a.jpg"] = jpeg, ["a-portrait.jpg"] = jpeg }
    local names, left_out = search { wrote = function(path) return path == root .. "/a-portrait.jpg" end }
    assert.are.same({ "a.jpg", "1 portrait that an earlier run wrote" }, { names, left_out })
  end)

  it("says the folder in one way, however it was written", function()
    make { ["a.jpg"] = jpeg }
    for given, wanted in pairs { [root .. "//"] = root .. "/a.jpg", [root .. "/./"] = root .. "/./a.jpg" } do
      assert.are.same({ wanted }, (find(given, { wrote = function() return false end })))
    end
    assert.are.same({}, (find("./.ci/", { wrote = function() return false end })))
    assert.are.equal(".ci", select(3, find("./.ci/", { wrote = function() return false end })))
  end)
end)
