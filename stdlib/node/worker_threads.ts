// node:worker_threads: workflow code has one thread; the engine runs several isolates by itself.

import { unavailable } from 'cronflow:internal/node/errors';

export const isMainThread = true;
export const threadId = 0;
export const parentPort = null;
export const workerData = null;
export const resourceLimits = {};
export const SHARE_ENV = Symbol.for('nodejs.worker_threads.SHARE_ENV');
const globals = globalThis as any;
const missing = unavailable('worker_threads', ['Worker', 'moveMessagePortToContext', 'receiveMessageOnPort', 'MessageChannel', 'MessagePort', 'BroadcastChannel'], 'split the work into steps');
export const { Worker, moveMessagePortToContext, receiveMessageOnPort } = missing;
export const MessageChannel = globals.MessageChannel ?? missing.MessageChannel;
export const MessagePort = globals.MessagePort ?? missing.MessagePort;
export const BroadcastChannel = globals.BroadcastChannel ?? missing.BroadcastChannel;
export const markAsUntransferable = (_value: unknown) => undefined;
const data = new Map<unknown, unknown>();
export const setEnvironmentData = (key: unknown, value: unknown) => void data.set(key, value);
export const getEnvironmentData = (key: unknown) => data.get(key);
export default {
  isMainThread, threadId, parentPort, workerData, resourceLimits, SHARE_ENV, ...missing, MessageChannel, MessagePort, BroadcastChannel,
  markAsUntransferable, setEnvironmentData, getEnvironmentData,
};
