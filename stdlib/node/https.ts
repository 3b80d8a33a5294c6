// node:https.

import { Agent, createServer, getter, requester } from 'node:http';
import { unavailable } from 'cronflow:internal/node/errors';

export const request = requester('https:');
export const get = getter(request);
export const globalAgent = new Agent();
export const { Server } = unavailable('https', ['Server']);
export { Agent, createServer };
export default { Agent, Server, createServer, get, globalAgent, request };
