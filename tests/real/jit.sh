# Machine code that the guest writes itself: LuaJIT.
cat > jit.lua << 'END'
print((jit.status()))
local function sieve(n)
    local prime, count = {}, 0
    for i = 2, n do prime[i] = true end
    for i = 2, n do
        if prime[i] then
            count = count + 1
            for j = i * i, n, i do prime[j] = false end
        end
    end
    return count
end
print(sieve(200000))
local ffi = require "ffi"
ffi.cdef "int abs(int); typedef struct { double x, y; } point; size_t strlen(const char *);"
local sum = 0
for i = -50000, 50000 do sum = sum + ffi.C.abs(i) end
print(sum, tonumber(ffi.C.strlen "hello"))
local p = ffi.new("point[?]", 1000)
for round = 1, 100 do for i = 0, 999 do p[i].x = p[i].x + i / 8; p[i].y = p[i].x * 0.5 end end
print(p[999].x, p[999].y)
local compare = ffi.cast("int (*)(int)", function(x) return x * 2 end)
local t = 0
for i = 1, 1000 do t = t + compare(i) end
print(t)
for round = 1, 300 do -- new traces all the time
    local f = loadstring("local s = 0 for i = 1, 200 do s = s + i % " .. round .. " end return s")
    t = t + f()
end
print(t, ("x"):rep(3), 2 ^ 53 + 1, 7 % -3, math.floor(-3.5))
print(pcall(function() local x = nil; return x.y end))
local co = coroutine.wrap(function() for i = 1, 1e5 do coroutine.yield(i) end end)
for i = 1, 1e5 do t = t + co() end
print(t)
END
luajit jit.lua; luajit -joff jit.lua | md5sum; luajit -O3 -e 'local s = 0 for i = 1, 3e7 do s = (s + i * 3) % 1000003 end print(s)'
luajit -Ohotloop=1 jit.lua | md5sum
