// Services of a workflow as its steps reach them.

import { refuse } from 'cronflow:internal/options';

export type Service = any;

export function checkServices(services: any, of: string): void {
  if (services === undefined) return;
  if (!Array.isArray(services)) refuse(`services of ${of} must be an array of configured services`);
}

export function bind(services: Service[], ctx: any, signal: () => unknown): unknown {
  return {};
}
