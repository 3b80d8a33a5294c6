// The last argument of what makes schemas and checks: a text, or an object with the message and more.

export type Params = string | { error?: any; message?: string; abort?: boolean; path?: PropertyKey[]; when?: (payload: any) => boolean; [key: string]: any } | undefined | null;

/** Part of a definition; `error` is a function in it. */
export function readParams(given: Params): Record<string, any> {
  if (given === undefined || given === null) return {};
  if (typeof given === 'string') return { error: () => given };
  const { message, ...params } = given;
  if (message !== undefined && params.error !== undefined) throw new Error('Cannot specify both `message` and `error` params');
  const error = message ?? params.error;
  if (error === undefined) return params;
  return { ...params, error: typeof error === 'string' ? () => error : error };
}
