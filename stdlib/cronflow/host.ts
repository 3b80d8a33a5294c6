// Requests to the engine (runtime/core/src/host.rs).

import { hostCall } from 'cronflow:internal/ops';

/** Asks the engine; rejects with what it has to say against it. */
export async function request(question: { method: string; [key: string]: unknown }): Promise<any> {
  try {
    return await hostCall(JSON.stringify(question));
  } catch (refusal) {
    // The engine knows nothing of the place in the author's code; a fresh error does.
    const error = new Error((refusal as Error).message);
    error.name = (refusal as Error).name;
    throw error;
  }
}
