// node:diagnostics_channel.

type Subscriber = (message: unknown, name: string | symbol) => void;

export class Channel {
  readonly name: string | symbol;
  private _subscribers: Subscriber[] = [];

  constructor(name: string | symbol) {
    this.name = name;
  }

  get hasSubscribers(): boolean {
    return this._subscribers.length > 0;
  }

  publish(message: unknown): void {
    for (const subscriber of this._subscribers) subscriber(message, this.name);
  }

  subscribe(subscriber: Subscriber): void {
    this._subscribers = [...this._subscribers, subscriber];
  }

  unsubscribe(subscriber: Subscriber): boolean {
    const before = this._subscribers.length;
    this._subscribers = this._subscribers.filter(known => known !== subscriber);
    return this._subscribers.length < before;
  }

  runStores<T>(message: unknown, fn: (...args: any[]) => T, self?: unknown, ...args: any[]): T {
    this.publish(message);
    return fn.apply(self, args);
  }

  bindStore(): void {}
  unbindStore(): void {}
}

const channels = new Map<string | symbol, Channel>();

export function channel(name: string | symbol): Channel {
  const known = channels.get(name) ?? new Channel(name);
  channels.set(name, known);
  return known;
}

export const hasSubscribers = (name: string | symbol) => channel(name).hasSubscribers;
export const subscribe = (name: string | symbol, subscriber: Subscriber) => channel(name).subscribe(subscriber);
export const unsubscribe = (name: string | symbol, subscriber: Subscriber) => channel(name).unsubscribe(subscriber);

/** The five channels of one operation. */
export function tracingChannel(name: string): any {
  const names = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
  const parts: any = Object.fromEntries(names.map(part => [part, channel(`tracing:${name}:${part}`)]));
  const hasSubscribers = () => names.some(part => parts[part].hasSubscribers);
  return Object.defineProperties({
    ...parts,
    traceSync: (fn: any, context: any, self: any, ...args: any[]) => {
      parts.start.publish(context);
      try {
        return fn.apply(self, args);
      } catch (error) {
        parts.error.publish({ ...context, error });
        throw error;
      } finally {
        parts.end.publish(context);
      }
    },
    tracePromise: async (fn: any, context: any, self: any, ...args: any[]) => {
      parts.start.publish(context);
      try {
        return await fn.apply(self, args);
      } catch (error) {
        parts.error.publish({ ...context, error });
        throw error;
      } finally {
        parts.asyncEnd.publish(context);
      }
    },
  }, { hasSubscribers: { get: hasSubscribers } });
}

export default { Channel, channel, hasSubscribers, subscribe, tracingChannel, unsubscribe };
