// Secrets of a workflow: environment variables that its steps may read, and that are never printed.

import { secret } from 'cronflow:internal/ops';
import { refuse } from 'cronflow:internal/options';

/** `['STRIPE_KEY']`, or `{stripe: 'STRIPE_KEY'}` to give it another name in `ctx.secrets`. */
export function secretsOf(given: any, of: string): Record<string, string> {
  if (given === undefined) return {};
  const isList = Array.isArray(given);
  if (given === null || typeof given !== 'object') refuse(`secrets of ${of} must be an array of names of environment variables, or an object of them`);
  const pairs: [string, any][] = isList ? given.map((name: any) => [name, name]) : Object.entries(given);
  const secrets: Record<string, string> = {};
  for (const [key, variable] of pairs) {
    if (typeof variable !== 'string' || variable === '') refuse(`secrets of ${of} must be names of environment variables`);
    const value = secret(variable);
    if (value === undefined) refuse(`secret '${variable}' of ${of} is not set; set the environment variable ${variable}`);
    secrets[key] = value as string;
  }
  return secrets;
}
