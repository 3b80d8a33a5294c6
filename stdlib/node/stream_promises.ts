// node:stream/promises.

import { finished as finishedWith, pipeline as pipelineWith } from 'cronflow:internal/node/stream_pipeline';

export function pipeline(...args: any[]): Promise<void> {
  return new Promise((resolve, reject) => {
    pipelineWith(...args, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}

export function finished(stream: any, options: any = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    finishedWith(stream, options, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}

export default { pipeline, finished };
