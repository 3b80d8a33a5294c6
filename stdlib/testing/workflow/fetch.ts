// mockFetch(): answers to requests without a network.

import { hostCall, testCurrent } from 'cronflow:internal/ops';
import { afterEachTest } from 'cronflow:internal/testing/current';
import { brief } from 'cronflow:internal/testing/pretty';

interface Call {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: any;
}

interface Route {
  name: string;
  matches: (call: Call) => boolean;
  response: any;
  calls: Call[];
  /** The test that it ends with; one that is made outside of tests stays. */
  test: number;
}

/** Requests and responses are the platform's own. */
const web = globalThis as any;

let routes: Route[] = [];
let real: any;

/** `GET https://a.b/*`, part of a URL in a regular expression, or a function. */
function matcherOf(pattern: any): (call: Call) => boolean {
  if (typeof pattern === 'function') return call => Boolean(pattern(call));
  if (pattern instanceof RegExp) return call => pattern.test(call.url);
  if (typeof pattern !== 'string') throw new TypeError('mockFetch() needs a URL, a regular expression or a function');
  const [, method, url] = /^(?:([A-Z]+) )?(.*)$/.exec(pattern)!;
  const parts = url.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const regex = new RegExp(`^${parts.join('.*')}$`);
  return call => (method === undefined || call.method === method) && (regex.test(call.url) || regex.test(call.url.replace(/\/$/, '')));
}

/**
 * Answers requests that match. The response is a `Response`, an error to reject with, an object with
 * `status`, `headers` and `body`, any other value as JSON, or a function that makes one of these.
 */
export function mockFetch(pattern: any, response: unknown = {}): { calls: Call[] } {
  const route: Route = { name: String(pattern), matches: matcherOf(pattern), response, calls: [], test: testCurrent() };
  if (routes.length === 0) {
    real = web.fetch;
    web.fetch = answer as any;
  }
  routes.unshift(route);
  return { calls: route.calls };
}

afterEachTest.add(test => {
  if (routes.length === 0) return;
  routes = routes.filter(route => route.test !== test);
  if (routes.length === 0) web.fetch = real;
});

/** From now on the driver hears of requests instead of the network. */
export function tellOfRequests(): void {
  web.fetch = async (input: any, init?: any) => hostCall(JSON.stringify({ method: 'replay.fetch', url: new web.Request(input, init).url }));
}

async function answer(input: any, init?: any): Promise<any> {
  const request = new web.Request(input, init);
  const text = request.body === null && init?.body === undefined ? '' : await request.clone().text();
  const call: Call = { url: request.url, method: request.method, headers: Object.fromEntries([...(request.headers as any)]), body: parsed(text) };
  request.signal?.throwIfAborted?.();
  const route = routes.find(one => one.matches(call));
  if (route === undefined) throw new TypeError(`no mock answers ${call.method} ${call.url}; there are mocks for: ${routes.map(one => one.name).join(', ')}`);
  route.calls.push(call);
  const made = typeof route.response === 'function' ? await route.response(call) : route.response;
  return responseOf(made);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === '' ? undefined : text;
  }
}

const PARTS = ['status', 'statusText', 'headers', 'body', 'json'];

function responseOf(made: any): any {
  if (made instanceof web.Response) return made.clone();
  if (made instanceof Error) throw made;
  const isDescribed = made !== null && typeof made === 'object' && 'status' in made && Object.keys(made).every(key => PARTS.includes(key));
  const { status = 200, statusText, headers = {}, body, json } = isDescribed ? made : { body: made };
  const value = json ?? body;
  const isText = typeof value === 'string' && json === undefined;
  const all = new web.Headers(headers);
  if (!isText && value !== undefined && !all.has('content-type')) all.set('content-type', 'application/json');
  if (typeof status !== 'number') throw new TypeError(`the status of a mock must be a number, not ${brief(status)}`);
  return new web.Response(value === undefined || value === null && isDescribed ? null : isText ? value : JSON.stringify(value), { status, statusText, headers: all });
}
