--- Writes the pages as a static site into a folder (build/site): `make docs`. cmark-gfm converts the Markdown; nothing is loaded
--- from a network.

local annotations = require "spec.tools.docs.annotations"
local core = require "idocr.core"
local links = require "spec.tools.docs.links"

local SITE = (arg[1] or "build/site") .. "/"

-- The menu: heading, then page and title.
local MENU = {
  { "Start", { "README.md", "idocr" }, { "docs/cookbook.md", "Cookbook" }, { "docs/kinds/README.md", "Kinds of documents" } },
  { "Look up", { "docs/reference.md", "Reference" }, { "docs/functions.md", "Functions" }, { "docs/errors.md", "Error codes" },
    { "docs/command.md", "The command" },
  },
  {
    "Use", { "docs/credentials.md", "Credentials" }, { "docs/testing.md", "Testing" }, { "docs/transports.md", "Transports" },
    { "docs/nginx.md", "nginx" }, { "docs/operations.md", "Operations" }, { "examples/README.md", "Examples" },
    { "examples/openresty/README.md", "Gateway" },
  },
  {
    "Develop", { "docs/architecture.md", "Architecture" }, { "CONTRIBUTING.md", "Contributing" }, { "CHANGELOG.md", "Changes" },
    { "SECURITY.md", "Security" },
  },
}

local STYLE = [[
:root { --ink: #1d2330; --paper: #ffffff; --soft: #f3f5f8; --line: #d6dbe3; --link: #0b57a8; --dim: #596273; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #dfe4ec; --paper: #14181f; --soft: #1d232d; --line: #343c49; --link: #7fb4f5; --dim: #9aa5b5; }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--link); }
.frame { display: grid; grid-template-columns: 14rem minmax(0, 1fr); max-width: 82rem; margin: 0 auto; }
nav { padding: 1.2rem 1rem; border-right: 1px solid var(--line); position: sticky; top: 0; height: 100vh; overflow-y: auto; }
nav summary { display: none; }
nav h2 { font-size: .8rem; color: var(--dim); margin: 1.1rem 0 .2rem; border: 0; padding: 0; }
nav a { display: block; padding: .16rem .4rem; text-decoration: none; border-radius: 4px; }
nav a[aria-current] { background: var(--soft); color: var(--ink); font-weight: 600; }
main { padding: 1.2rem 2rem 4rem; min-width: 0; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .3rem 0 1rem; }
h2 { font-size: 1.35rem; margin: 2.2rem 0 .7rem; padding-top: .3rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.6rem 0 .4rem; }
h1, h2, h3 { overflow-wrap: anywhere; scroll-margin-top: .5rem; }
code { font: .88em/1.45 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--soft); border-radius: 4px; padding: .08em .3em; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto; }
pre code { background: none; padding: 0; }
.wide { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem; border-bottom: 1px solid var(--line); }
th { background: var(--soft); white-space: nowrap; }
td { max-width: 34rem; }
td.text { min-width: 13rem; }
main img { max-width: min(100%, 26rem); height: auto; border-radius: 8px; border: 1px solid var(--line); }
@media (max-width: 760px) {
  .frame { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding: .6rem 1rem; }
  nav summary { display: block; font-weight: 600; cursor: pointer; }
  nav a { padding: .45rem .4rem; }
  main { padding: .5rem 1rem 3rem; }
  table { font-size: .86rem; }
  th, td { padding: .3rem .45rem; }
}
]]

local function run(command)
  local ok, _, status = os.execute(command)
  if ok ~= true and ok ~= 0 then error(("command failed (%s): %s"):format(tostring(status), command), 0) end
end

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function write(path, text)
  run("mkdir -p " .. quote((SITE .. path):match("^(.*)/")))
  local file = assert(io.open(SITE .. path, "wb"))
  assert(file:write(text))
  file:close()
end

local function convert(path)
  local pipe = assert(io.popen("cmark-gfm -e table --unsafe " .. quote(path)))
  local html = pipe:read "*a"
  pipe:close()
  if html == "" then error("cmark-gfm gave nothing for " .. path .. "; Debian's package is cmark-gfm", 0) end
  return html
end

local function escape(text) return (text:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" })) end
local function unescape(text) return (text:gsub("&(%a+);", { amp = "&", lt = "<", gt = ">", quot = '"' })) end

local function is_page(path) return path:find("%.md$") ~= nil end

-- Returns the path in the site of a file of the tree.
local function address(path)
  if path == "README.md" then return "index.html" end
  if is_page(path) then return (path:gsub("README%.md$", "index.html"):gsub("%.md$", ".html")) end
  if path:find("%.jpg$") or path:find("%.png$") or path:find("%.svg$") then return path end
  return path .. ".html"
end

-- Returns a link from one path of the site to another.
local function relative(from, to) return (("../"):rep(select(2, from:gsub("/", ""))) .. to) end

local function menu(here)
  local parts = { "<nav aria-label=\"Pages\"><details open><summary>Pages</summary>" }
  for _, group in ipairs(MENU) do
    parts[#parts + 1] = "<h2>" .. group[1] .. "</h2>"
    for index = 2, #group do
      local path = group[index][1]
      if core.file_type(path) then
        parts[#parts + 1] = ("<a href=\"%s\"%s>%s</a>"):format(relative(address(here), address(path)),
          path == here and " aria-current=\"page\"" or "", group[index][2])
      end
    end
  end
  -- On a phone the menu begins closed.
  parts[#parts + 1] = "</details></nav><script>if (innerWidth <= 760) document.querySelector('nav details').open = false</script>"
  return table.concat(parts, "\n")
end

local function frame(path, title, html)
  return table.concat({
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
    "<title>" .. escape(title) .. "</title><link rel=\"icon\" href=\"data:,\">",
    "<link rel=\"stylesheet\" href=\"" .. relative(address(path), "style.css") .. "\"></head><body><div class=\"frame\">",
    menu(path), "<main>", html, "</main></div></body></html>\n",
  }, "\n")
end

local Site = {}
Site.__index = Site

-- Returns the address of what a link leads to, and queues that page; the page itself is `here`.
function Site:follow(here, target)
  local path, anchor = links.resolve(here, unescape(target))
  if not path then return target end
  local kind = core.file_type(path, true)
  if kind == "folder" and core.file_type(path .. "/README.md") then path = path .. "/README.md" end
  if not self.seen[path] then
    self.seen[path] = true
    self.queue[#self.queue + 1] = path
  end
  local to = kind == "folder" and not is_page(path) and path .. "/index.html" or address(path)
  return relative(address(here), to) .. (anchor ~= "" and "#" .. anchor or "")
end

-- Lets long names of actions break between their words, and gives a sentence the room to be read.
local function cell(inner)
  local text = inner:gsub("<[^>]+>", "")
  if not inner:find("<a ", 1, true) then
    inner = inner:gsub("%w+", function(word) return #word >= 16 and word:gsub("(%l)(%u)", "%1<wbr>%2") or word end)
  end
  return (#text > 30 and select(2, text:gsub(" ", "")) > 3 and "<td class=\"text\">" or "<td>") .. inner .. "</td>"
end

function Site:markdown(path)
  local html, used = convert(path), {}
  html = html:gsub("<h(%d)>(.-)</h%1>", function(level, inner)
    local anchor = links.anchor((unescape(inner:gsub("<[^>]+>", ""))))
    local name, count = anchor, 0
    while used[name] do
      count = count + 1
      name = anchor .. "-" .. count
    end
    used[name] = true
    return ("<h%s id=\"%s\">%s</h%s>"):format(level, name, inner, level)
  end)
  html = html:gsub("(<a href=)\"([^\"]*)\"", function(before, target) return ("%s%q"):format(before, self:follow(path, target)) end)
  html = html:gsub("(<img src=)\"([^\"]*)\"", function(before, target) return ("%s%q"):format(before, self:follow(path, target)) end)
  html = html:gsub("<td>(.-)</td>", cell):gsub("<table>", "<div class=\"wide\"><table>"):gsub("</table>", "</table></div>")
  local title = unescape((html:match("<h1[^>]*>(.-)</h1>") or path):gsub("<[^>]+>", ""))
  write(address(path), frame(path, title == "idocr" and title or title .. " – idocr", html))
end

-- A folder becomes a list of its files, another file its text.
function Site:other(path)
  if core.file_type(path, true) == "folder" then
    local pipe, items = assert(io.popen("cd " .. quote(path) .. " && ls")), {}
    for name in pipe:lines() do
      local target = self:follow(path .. "/README.md", name)
      items[#items + 1] = ("<li><a href=\"%s\">%s</a></li>"):format(escape(target), escape(name))
    end
    pipe:close()
    write(path .. "/index.html", frame(path .. "/README.md", path, "<h1>" .. escape(path) .. "</h1><ul>" .. table.concat(items) .. "</ul>"))
  elseif address(path) == path then
    write(path, annotations.read(path))
  else
    local text = "<pre><code>" .. escape(annotations.read(path)) .. "</code></pre>"
    write(address(path), frame(path, path, "<h1>" .. escape(path) .. "</h1>" .. text))
  end
end

local function build()
  run("rm -rf " .. quote(SITE))
  write("style.css", STYLE)
  local site = setmetatable({ queue = {}, seen = {} }, Site)
  for _, group in ipairs(MENU) do
    for index = 2, #group do
      if core.file_type(group[index][1]) then site:follow("README.md", group[index][1]) end
    end
  end
  local done = 0
  while done < #site.queue do
    done = done + 1
    local path = site.queue[done]
    if is_page(path) then site:markdown(path) else site:other(path) end
  end
  print(("%sindex.html: %d pages"):format(SITE, done))
end

build()
