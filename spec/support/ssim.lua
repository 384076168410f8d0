--- Computes the structural similarity (Wang et al. 2004) of the grey values of two pictures of the same size, over windows of 8 x 8
--- pixels at every fourth pixel. Pictures are grey PGM files ("P5", 8 bits).
---
---   local similarity = ssim.of(ssim.pgm(text), ssim.pgm(other))   -- 1: the same

local ssim = {}

--- Parses a PGM file.
---@param text string
---@return { width: integer, height: integer, text: string, first: integer } picture  first: index of the first pixel
function ssim.pgm(text)
  local width, height, most, first = text:match("^P5%s+(%d+)%s+(%d+)%s+(%d+)%s()")
  assert(width and most == "255", "a PGM file of 8 bits is needed")
  return { width = tonumber(width), height = tonumber(height), text = text, first = first }
end

local WINDOW, STRIDE = 8, 4
local C1, C2 = (0.01 * 255) ^ 2, (0.03 * 255) ^ 2

local function window(a, b, x, y)
  local sum_a, sum_b, square_a, square_b, product = 0, 0, 0, 0, 0
  for row = y, y + WINDOW - 1 do
    local at, bt = a.first + row * a.width + x, b.first + row * b.width + x
    local as, bs = { a.text:byte(at, at + WINDOW - 1) }, { b.text:byte(bt, bt + WINDOW - 1) }
    for i = 1, WINDOW do
      local p, q = as[i], bs[i]
      sum_a, sum_b = sum_a + p, sum_b + q
      square_a, square_b, product = square_a + p * p, square_b + q * q, product + p * q
    end
  end
  local n = WINDOW * WINDOW
  local mean_a, mean_b = sum_a / n, sum_b / n
  local variance_a, variance_b, covariance = square_a / n - mean_a ^ 2, square_b / n - mean_b ^ 2, product / n - mean_a * mean_b
  return (2 * mean_a * mean_b + C1) * (2 * covariance + C2)
    / ((mean_a ^ 2 + mean_b ^ 2 + C1) * (variance_a + variance_b + C2))
end

--- Returns the mean similarity.
---@param a table of `ssim.pgm`
---@param b table
---@return number
function ssim.of(a, b)
  assert(a.width == b.width and a.height == b.height, "the pictures must have the same size")
  local sum, count = 0, 0
  for y = 0, a.height - WINDOW, STRIDE do
    for x = 0, a.width - WINDOW, STRIDE do
      sum, count = sum + window(a, b, x, y), count + 1
    end
  end
  return sum / count
end

return ssim
