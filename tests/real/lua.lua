-- Tables, metatables, closures, coroutines, strings, integer and float arithmetic.
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(24), 7 // 2, -7 // 2, -7 % 3, 7.5 // 2, 2 ^ 53, 1 << 62, ~0, 3 | 8, 10 / 2, math.maxinteger + 1)
local t = {}
for i = 1, 1000 do t[i] = (i * 7919) % 1009 end
table.sort(t); print(t[1], t[500], t[1000], #t, table.concat(t, ',', 1, 10))
local V = {}; V.__index = V
V.__add = function(a, b) return setmetatable({ x = a.x + b.x, y = a.y + b.y }, V) end
V.__tostring = function(v) return string.format('(%g, %g)', v.x, v.y) end
V.__eq = function(a, b) return a.x == b.x and a.y == b.y end
local v = setmetatable({ x = 1, y = 2.5 }, V); print(tostring(v + v), v == setmetatable({ x = 1, y = 2.5 }, V))
local producer = coroutine.wrap(function() for i = 1, 5 do coroutine.yield(i * i) end return 'done' end)
for _ = 1, 6 do io.write(tostring(producer()), ' ') end print()
print(('hello world'):gsub('o', '0'), ('key = value'):match('(%w+)%s*=%s*(%w+)'), ('%5.2f|%-5s|%x|%q'):format(3.14159, 'ab', 255, 'a\nb'))
for word, n in ('one=1, two=2'):gmatch('(%w+)=(%d)') do io.write(word, n, ';') end print()
print(pcall(error, { code = 1 }), select('#', table.unpack({ 1, nil, 3 }, 1, 3)), pcall(function() return nil + 1 end))
print(math.pi, math.sqrt(2), math.floor(-3.5), math.tointeger(3.0), math.type(1), math.type(1.0), 0.1 + 0.2, 1e15, 1e100, 100 // 1e-320)
print(string.pack('<i4d', 7, 1.5):byte(1, -1)); print(string.unpack('<i4d', string.pack('<i4d', -7, 2.5)))
print(utf8.char(228, 8364, 128512), utf8.len('äö'), #'äö', tostring(1e300 * 1e10), -(0 / 0) ~= 0 / 0, 3 == 3.0, '10' + 5)
local chunk = load('local a, b = ... return a * b + 1'); print(chunk(6, 7)); goto done
print('not here')
::done::
local weak = setmetatable({}, { __mode = 'k' }); weak[{}] = 1; collectgarbage(); print(next(weak))
local s = 0; for i = 1, 300000 do s = (s * 31 + i) % 1000003 end print(s)
local parts = {}; for i = 1, 2000 do parts[#parts + 1] = ('%d:%s'):format(i, ('x'):rep(i % 5)) end print(#table.concat(parts))
