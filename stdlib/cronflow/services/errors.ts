// What services tell of a failure.

/** Facts about a failure that retries look at. */
const KEPT = ['status', 'statusCode', 'retryAfter', 'retryable', 'code'];

/** The failure of an action. Its `name` is that of the cause, so that retries treat it in the same way. */
export class ServiceError extends Error {
  readonly service: string;
  readonly action: string;
  declare status?: number;
  declare statusCode?: number;
  declare retryAfter?: number | string;
  declare retryable?: boolean;
  declare code?: string;

  constructor(service: string, action: string, cause: unknown, hide: (text: string) => string = text => text) {
    super(`service '${service}', action '${action}': ${hide(messageOf(cause))}`, { cause });
    const name = isObject(cause) ? cause.name : undefined;
    this.name = typeof name === 'string' && name !== '' && name !== 'Error' ? name : 'ServiceError';
    this.service = service;
    this.action = action;
    if (!isObject(cause)) return;
    for (const key of KEPT) if (cause[key] !== undefined) (this as any)[key] = cause[key];
    const status = cause.response?.status;
    if (this.status === undefined && this.statusCode === undefined && typeof status === 'number') this.status = status;
    const frames = framesOf(cause.stack);
    if (frames !== '') Object.defineProperty(this, 'stack', { value: `${this.name}: ${this.message}\n${frames}`, writable: true, configurable: true });
  }
}

export function messageOf(thrown: any): string {
  return isObject(thrown) && typeof thrown.message === 'string' ? thrown.message : String(thrown);
}

/** The lines that say where it was thrown. */
function framesOf(stack: unknown): string {
  return typeof stack === 'string' ? stack.split('\n').filter(line => line.startsWith('    at ')).join('\n') : '';
}

function isObject(value: unknown): value is Record<string, any> {
  return value !== null && typeof value === 'object';
}
