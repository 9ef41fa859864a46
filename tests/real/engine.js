// node: compiled code, garbage, threads, WebAssembly, files, children, loopback servers, signals.
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const { execFile, spawn } = require('child_process');
const crypto = require('crypto'), fs = require('fs'), http = require('http'), net = require('net'), zlib = require('zlib');

if (!isMainThread) {
  for (let n = 0; n < 200000; n++) { Atomics.add(workerData, 0, 1); }
  parentPort.postMessage('done');
  return;
}

function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
console.log(fib(27), crypto.createHash('sha256').update('abc').digest('hex'));
const text = Buffer.from(Array.from({ length: 100000 }, (_, n) => n % 251));
console.log(zlib.inflateSync(zlib.deflateSync(text)).equals(text), zlib.brotliCompressSync(text).length);
const objects = {};
for (let n = 0; n < 300000; n++) { objects['k' + n % 5000] = [n, { a: n, b: 'x' + n }]; }
console.log(Object.keys(objects).length, JSON.stringify(objects).length);
let mixed = 0;   // one function for many types: optimized, then not any more
const add = (a, b) => a + b;
for (let n = 0; n < 200000; n++) { mixed = add(mixed, n) % 1000003; }
console.log(mixed, add('a', 1), add(1n, 2n), add(0.5, 1), [3, 1, 2].sort().join());
console.log('2024-02-29 x'.replace(/(?<y>\d+)-(\d+)-(\d+)/, '$3.$2.$<y>'), 'ß'.toUpperCase(), (123456.789).toLocaleString('en-US'));
for (let n = 0; n < 500; n++) { mixed += new Function('x', `return x * ${n} + ${n}`)(n); }
console.log(mixed, Math.hypot(3, 4), Math.fround(0.1), 0.1 + 0.2, 2 ** 0.5, 5 % -3, (-7) >> 1, -7 >>> 28);
const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]);
console.log(new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports.add(40, 2));
try { (function deep() { deep(); })(); } catch (e) { console.log(e.name); }
try { null.x; } catch (e) { console.log(e.message); }

const shared = new Int32Array(new SharedArrayBuffer(4));
const workers = () => Promise.all([1, 2, 3, 4].map(() => new Promise((resolve) =>
  new Worker(__filename, { workerData: shared }).on('message', resolve))));
const request = (port, path) => new Promise((resolve) => http.get({ host: '127.0.0.1', port, path }, (res) => {
  let body = ''; res.on('data', (d) => body += d); res.on('end', () => resolve(res.statusCode + ' ' + body.length)); }));
const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

(async () => {
  console.log(await workers(), shared[0]);
  const server = http.createServer((req, res) => res.end(req.url.repeat(1000)));
  const port = await listen(server);
  console.log(await Promise.all([...Array(50).keys()].map((n) => request(port, '/' + n))).then((all) => all.join()));
  server.close();
  const echo = net.createServer((socket) => socket.pipe(socket));
  const socket = net.connect(await listen(echo), '127.0.0.1');
  socket.end('x'.repeat(1000000));
  let got = 0; for await (const chunk of socket) { got += chunk.length; }
  echo.close();
  console.log(got);
  fs.writeFileSync('file', 'line\n'.repeat(1000));
  let lines = 0; for await (const line of require('readline').createInterface({ input: fs.createReadStream('file') })) { lines++; }
  console.log(lines, (await fs.promises.stat('file')).size, fs.readdirSync('.').includes('file'));
  console.log(await new Promise((resolve) => execFile('sh', ['-c', 'echo child; exit 3'], (error, out) => resolve([error.code, out]))));
  const child = spawn('sleep', ['100']);
  setTimeout(() => child.kill(), 200);
  console.log(await new Promise((resolve) => child.on('exit', (code, signal) => resolve([code, signal]))));
  let signals = 0;
  process.on('SIGUSR2', () => signals++);
  for (let n = 0; n < 5; n++) { process.kill(process.pid, 'SIGUSR2'); await new Promise((r) => setTimeout(r, 20)); }
  console.log('signals', signals > 0);
  console.log(await new Promise((resolve) => crypto.pbkdf2('a', 'b', 20000, 16, 'sha256', (e, key) => resolve(key.toString('hex')))));
})();
