std = "lua51+lua54"
max_line_length = 140
cache = false
files["spec"] = { std = "+busted" }
files["lua/idocr/transports/cosocket*.lua"] = { std = "+ngx_lua" }
files["lua/idocr/nginx"] = { std = "+ngx_lua" }
files["lua/idocr/stores/nginx_dict.lua"] = { std = "+ngx_lua" }
files["lua/idocr/sandbox/server/nginx_content.lua"] = { std = "+ngx_lua" }
files["spec/bench/nginx_side.lua"] = { std = "+ngx_lua" }
files["spec/nginx"] = { std = "+ngx_lua+busted" }
files["spec/support"] = { std = "+ngx_lua" }
files["examples/**/*_spec.lua"] = { std = "+busted" }
files["examples/openresty"] = { std = "+ngx_lua" }
exclude_files = { "build", "node_modules", "**/node_modules" }
