// node:stream/consumers: all of a stream as one value.

import { Buffer } from 'node:buffer';

export async function buffer(stream: AsyncIterable<any>): Promise<any> {
  const parts: any[] = [];
  for await (const chunk of stream) parts.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(parts);
}

export async function text(stream: AsyncIterable<any>): Promise<string> {
  return (await buffer(stream)).toString();
}

export async function json(stream: AsyncIterable<any>): Promise<any> {
  return JSON.parse(await text(stream));
}

export async function arrayBuffer(stream: AsyncIterable<any>): Promise<ArrayBuffer> {
  const bytes = await buffer(stream);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

export default { arrayBuffer, buffer, json, text };
