-- Tests which files of a folder a batch reads and how it reports the others.

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

  -- Returns the names, and the description of the skipped files.
  local function search(options)
    options = options or {}
    options.formats, options.wrote = options.formats or FORMATS, options.wrote or function() return false end
    if options.formats == "all" then options.formats = nil end
    local found, left_out = find(root, options)
    for index, path in ipairs(found) do found[index] = path:sub(#root + 2) end
    return table.concat(found, " "), describe_left_out(left_out)
  end

  it("returns the pictures in a fixed order and reports all other files", function()
    make { ["b.jpg"] = jpeg, ["B.JPEG"] = jpeg, ["a.png"] = PNG, ["ä.jpg"] = jpeg, ["c d.jpg"] = jpeg }
    local names, left_out = search()
    assert.are.equal("B.JPEG a.png b.jpg c d.jpg ä.jpg", names)
    assert.is_nil(left_out)
  end)

  it("skips names that begin with a dot: macOS metadata, incomplete copies, hidden folders", function()
    make { ["._a.jpg"] = "AppleDouble", [".a.jpg.Xy12"] = jpeg, [".DS_Store"] = "x", [".thumbs/a.jpg"] = jpeg, ["a.jpg"] = jpeg }
    local names, left_out = search { recursive = true }
    assert.are.equal("a.jpg", names)
    assert.are.equal("4 names that begin with a dot", left_out)
  end)

  it("skips formats that the service does not accept, by content, or by extension if the content is unknown", function()
    make { ["a.webp"] = WEBP, ["b.jpg"] = WEBP, ["c.HEIC"] = "no known content", ["d.avif"] = "x", ["e.tif"] = "x", ["f.TIFF"] = "x",
      ["g.webp"] = jpeg, ["h.heic"] = jpeg }
    local names, left_out = search()
    assert.are.equal("g.webp h.heic", names)
    assert.are.equal("1 AVIF picture, 1 HEIC picture, 2 TIFF pictures, 2 WebP pictures (the service takes BMP, JPEG, PNG; " ..
      "--no-precheck sends them)", left_out)
    assert.are.equal("a.webp b.jpg c.HEIC d.avif e.tif f.TIFF g.webp h.heic", (search { formats = "all" }))
  end)

  it("includes a malformed file with a picture's extension, so that its error is shown", function()
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

  it("ends in a folder with a loop of links", function()
    make { ["a/b/c.jpg"] = jpeg }
    process.run(("cd %s && ln -s .. a/up && ln -s . a/same && ln -s ../.. a/b/top"):format(process.quote(root)))
    assert.are.equal("a/b/c.jpg", (search { recursive = true }))
  end)

  it("skips files that an earlier run wrote", function()
    make { ["a.jpg"] = jpeg, ["a-portrait.jpg"] = jpeg }
    local names, left_out = search { wrote = function(path) return path == root .. "/a-portrait.jpg" end }
    assert.are.same({ "a.jpg", "1 portrait that an earlier run wrote" }, { names, left_out })
  end)

  it("normalises the path of the folder", function()
    make { ["a.jpg"] = jpeg }
    for given, wanted in pairs { [root .. "//"] = root .. "/a.jpg", [root .. "/./"] = root .. "/./a.jpg" } do
      assert.are.same({ wanted }, (find(given, { wrote = function() return false end })))
    end
    assert.are.same({}, (find("./.ci/", { wrote = function() return false end })))
    assert.are.equal(".ci", select(3, find("./.ci/", { wrote = function() return false end })))
  end)
end)
