// Requests to the engine (runtime/core/src/host.rs).

import { hostCall } from 'cronflow:internal/ops';

/** Asks the engine; rejects with what it has to say against it. */
export async function request(question: { method: string; [key: string]: unknown }): Promise<any> {
  // The engine knows nothing of the place in the author's code: that of the call is kept.
  const error = new Error();
  try {
    return await hostCall(JSON.stringify(question));
  } catch (refusal) {
    error.message = (refusal as Error).message;
    if (error.name !== (refusal as Error).name) error.name = (refusal as Error).name;
    throw error;
  }
}
