// node:https.

import { Agent, getter, requester } from 'node:http';
import { notAvailable, unavailable } from 'cronflow:internal/node/errors';

export const request = requester('https:');
export const get = getter(request);
export const globalAgent = new Agent();
export const { Server } = unavailable('https', ['Server']);

export function createServer(): never {
  throw notAvailable('https.createServer()', 'use http.createServer(), and let a reverse proxy speak TLS');
}

export { Agent };
export default { Agent, Server, createServer, get, globalAgent, request };
