// The scope in which a file of web-platform-tests runs, before the suite's own harness is read.

((read, builtin, origin, path, search) => {
  for (const name of ['__wptRead', '__wptBuiltin', '__wptOrigin', '__wptPath', '__wptSearch']) delete globalThis[name];
  const href = origin + path + search;
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  define('GLOBAL', { isWindow: () => false, isWorker: () => false, isShadowRealm: () => false });
  const [protocol, host] = origin.split('//');
  const [hostname, port] = host.split(':');
  define('location', { href, origin, protocol, host, hostname, port, pathname: path, search, hash: '', toString: () => href });
  const { setApiBase } = builtin('cronflow:internal/web/base');
  setApiBase(href);

  // The suite takes the constructor of shared buffers from WebAssembly, which is not here.
  const assembly = {
    Memory: class {
      constructor({ initial, shared }) {
        this.buffer = shared ? new SharedArrayBuffer(initial * 65536) : new ArrayBuffer(initial * 65536);
      }
    },
  };
  if (read('/META/WebAssembly')) define('WebAssembly', assembly);

  // Files of the checkout are served without a server.
  const TYPES = { json: 'application/json', js: 'text/javascript', html: 'text/html', txt: 'text/plain', idl: 'text/plain', py: '' };
  const request = globalThis.fetch;
  define('fetch', async function fetch(input, init) {
    const url = new URL(typeof input === 'object' && input !== null && 'url' in input ? input.url : input, href);
    // The one handler of the suite's server that many files need: it sends back what it gets.
    if (url.origin === origin && url.pathname === '/fetch/api/resources/echo-content.py') {
      const sent = new Request(url, init);
      return new Response(await sent.arrayBuffer(), { headers: { 'content-type': 'text/plain' } });
    }
    const ending = url.pathname.split('.').pop();
    // The origin of a blob's address is ours too.
    if (url.origin !== origin || url.protocol !== protocol || TYPES[ending] === '') return request(input, init);
    const bytes = read(decodeURIComponent(url.pathname));
    if (bytes === undefined) return new Response('', { status: 404 });
    return new Response(bytes, { status: 200, headers: { 'content-type': TYPES[ending] ?? 'application/octet-stream' } });
  });
})(__wptRead, __wptBuiltin, __wptOrigin, __wptPath, __wptSearch);
