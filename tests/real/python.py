# What a script uses: containers, text, numbers, files, processes, modules written in C.
import array, bisect, collections, csv, ctypes, datetime, decimal, fractions, functools, hashlib, heapq
import io, itertools, json, math, os, pickle, random, re, sqlite3, string, struct, subprocess, sys, tempfile
import textwrap, zlib, bz2, lzma, asyncio, unicodedata, cmath, statistics, base64, socket, select

random.seed(42)
numbers = [random.random() for _ in range(10000)]
print(repr(sum(numbers)), repr(math.fsum(numbers)), statistics.median(numbers))
print(sorted(collections.Counter(int(x * 10) for x in numbers).items()))
print(2 ** 1000 % 10 ** 40, math.factorial(200) // 3 ** 50, math.gcd(2 ** 100 - 1, 3 ** 60 - 1), pow(3, 10 ** 30, 10 ** 9 + 7))
decimal.getcontext().prec = 60
print(decimal.Decimal(2).sqrt(), decimal.Decimal(1) / 7, fractions.Fraction(355, 113) ** 5)
print([math.sin(1), math.erf(0.5), math.gamma(4.5), cmath.sqrt(-2), 0.1 + 0.2, 1e308 * 10, float('nan')])
print(json.dumps({'a': [1, 2.5, None, True], 'ü': 'é\n'}, sort_keys=True), json.loads('[1e3, "\\u00e9"]'))
data = bytes(range(256)) * 200
for codec in (zlib, bz2, lzma):
    packed = codec.compress(data)
    print(codec.__name__, len(packed), codec.decompress(packed) == data)
print({name: hashlib.new(name, data).hexdigest()[:16] for name in ('md5', 'sha1', 'sha256', 'sha3_256', 'blake2b')})
print(re.sub(r'(\w+) (\w+)', r'\2 \1', 'hello world foo bar'), re.findall(r'(?i)[aeiou]{2,}', 'Queue BEAUTY'))
print(struct.pack('<hIqfd5s', -1, 2, -3, 1.5, 2.5, b'abc').hex(), array.array('d', [1, 2]).tobytes().hex())
db = sqlite3.connect(':memory:')
db.execute('create table t(a integer, b text)')
db.executemany('insert into t values(?, ?)', [(i * 37 % 101, f'row{i}') for i in range(1000)])
print(db.execute('select a, count(*), min(b) from t group by a order by 2 desc, 1 limit 5').fetchall())
async def work(n):
    await asyncio.sleep(0.01 * (5 - n))
    return n * n
async def gather():
    return await asyncio.gather(*(work(n) for n in range(5)))
print(asyncio.run(gather()))
print(subprocess.run(['/bin/sh', '-c', 'echo child; exit 3'], capture_output=True, text=True))
pid = os.fork()
if pid == 0:
    os._exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
a, b = socket.socketpair(); a.send(b'through a socket'); print(select.select([b], [], [], 1)[0] == [b], b.recv(100))
libc = ctypes.CDLL(None); libc.strlen.restype = ctypes.c_size_t; print(libc.strlen(b'ctypes'), ctypes.sizeof(ctypes.c_long))
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
values = (ctypes.c_int * 5)(5, 1, 4, 2, 3); libc.qsort(values, 5, 4, CALLBACK(lambda x, y: x[0] - y[0])); print(list(values))
class Node:
    __slots__ = ('left', 'right', 'value')
    def __init__(self, depth):
        self.value = depth
        self.left, self.right = (Node(depth - 1), Node(depth - 1)) if depth else (None, None)
    def check(self):
        return self.value + (self.left.check() + self.right.check() if self.left else 0)
print(Node(12).check())
@functools.lru_cache(None)
def ways(n, k):
    return 1 if n == 0 else 0 if n < 0 or k == 0 else ways(n - k, k) + ways(n, k - 1)
print(ways(200, 200), list(itertools.islice(itertools.permutations('abcd'), 5)), heapq.nsmallest(3, numbers))
print(unicodedata.normalize('NFKD', 'ﬁé'), 'ß'.upper(), '\N{GREEK SMALL LETTER ALPHA}'.encode('utf-16-le'))
print(datetime.datetime(2024, 2, 29) + datetime.timedelta(days=366), datetime.date(2000, 1, 1).isocalendar())
try:
    {}['missing']
except KeyError as error:
    print(type(error).__name__, error)
print(pickle.loads(pickle.dumps({'x': [1, (2, 3)], 'y': {4}})), base64.b85encode(b'hello world'))
sys.setrecursionlimit(5000)
def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)
print(deep(4000))
def primes(limit):
    sieve = bytearray([1]) * limit
    for i in range(2, int(limit ** 0.5) + 1):
        if sieve[i]:
            sieve[i * i::i] = bytes(len(range(i * i, limit, i)))
    return sum(sieve) - 2
print(primes(300000), f'{math.pi:>12.6f}|{255:#x}|{1234567:,}|{"x":^5}', textwrap.fill('word ' * 20, 30))
