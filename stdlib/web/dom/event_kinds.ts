// Events that carry something: CustomEvent (https://dom.spec.whatwg.org/#interface-customevent), ErrorEvent and
// PromiseRejectionEvent (https://html.spec.whatwg.org/multipage/webappapis.html), MessageEvent
// (https://html.spec.whatwg.org/multipage/comms.html) and ProgressEvent (https://xhr.spec.whatwg.org/#interface-progressevent). Complete.

import { Event, initialize } from 'cronflow:internal/web/dom/event';
import { defineInterface, required, toDictionary, toInteger, toScalarText, toSequence, toText } from 'cronflow:internal/web/webidl';

const text = (value: unknown): string => (value === undefined ? '' : toText(value));
const scalarText = (value: unknown): string => (value === undefined ? '' : toScalarText(value));

export class CustomEvent extends Event {
  #detail: unknown;

  constructor(type: unknown, init: unknown = undefined) {
    required(arguments, 1, 'CustomEvent');
    super(type, init);
    const { detail = null } = toDictionary(init, 'the init of the event');
    this.#detail = detail;
  }

  get detail(): unknown {
    return this.#detail;
  }

  initCustomEvent(type: unknown, bubbles: unknown = false, cancelable: unknown = false, detail: unknown = null): void {
    required(arguments, 1, 'CustomEvent.initCustomEvent');
    if (initialize(this, toText(type), bubbles, cancelable)) this.#detail = detail;
  }
}
defineInterface(CustomEvent, 'CustomEvent');

export class ErrorEvent extends Event {
  #message: string;
  #filename: string;
  #lineno: number;
  #colno: number;
  #error: unknown;

  constructor(type: unknown, init: unknown = undefined) {
    required(arguments, 1, 'ErrorEvent');
    super(type, init);
    const given = toDictionary(init, 'the init of the event');
    this.#message = text(given.message);
    this.#filename = scalarText(given.filename);
    this.#lineno = toInteger(given.lineno, 32, false);
    this.#colno = toInteger(given.colno, 32, false);
    this.#error = given.error;
  }

  get message(): string {
    return this.#message;
  }

  get filename(): string {
    return this.#filename;
  }

  get lineno(): number {
    return this.#lineno;
  }

  get colno(): number {
    return this.#colno;
  }

  get error(): unknown {
    return this.#error;
  }
}
defineInterface(ErrorEvent, 'ErrorEvent');

export class PromiseRejectionEvent extends Event {
  #promise: any;
  #reason: unknown;

  constructor(type: unknown, init: any) {
    required(arguments, 2, 'PromiseRejectionEvent');
    super(type, init);
    if (init?.promise === undefined) throw new TypeError('PromiseRejectionEvent: the init needs a promise');
    this.#promise = init.promise;
    this.#reason = init.reason;
  }

  get promise(): any {
    return this.#promise;
  }

  get reason(): unknown {
    return this.#reason;
  }
}
defineInterface(PromiseRejectionEvent, 'PromiseRejectionEvent');

/** Message ports introduce themselves: they are built on events. */
let isPort: (value: unknown) => boolean = () => false;

export function introducePorts(known: typeof isPort): void {
  isPort = known;
}

function portsOf(value: unknown): readonly unknown[] {
  const port = (one: unknown) => {
    if (!isPort(one)) throw new TypeError('MessageEvent: the ports are not all MessagePorts');
    return one;
  };
  return Object.freeze(value === undefined ? [] : toSequence(value, port, 'MessageEvent: the ports'));
}

function sourceOf(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (!isPort(value)) throw new TypeError('MessageEvent: the source is not a MessagePort');
  return value;
}

export class MessageEvent extends Event {
  #data: unknown;
  #origin: string;
  #lastEventId: string;
  #source: unknown;
  #ports: readonly unknown[];

  constructor(type: unknown, init: unknown = undefined) {
    required(arguments, 1, 'MessageEvent');
    super(type, init);
    const given = toDictionary(init, 'the init of the event');
    this.#data = given.data === undefined ? null : given.data;
    this.#lastEventId = text(given.lastEventId);
    this.#origin = scalarText(given.origin);
    this.#ports = portsOf(given.ports);
    this.#source = sourceOf(given.source);
  }

  get data(): unknown {
    return this.#data;
  }

  get origin(): string {
    return this.#origin;
  }

  get lastEventId(): string {
    return this.#lastEventId;
  }

  get source(): unknown {
    return this.#source;
  }

  get ports(): readonly unknown[] {
    return this.#ports;
  }

  initMessageEvent(
    type: unknown,
    bubbles: unknown = false,
    cancelable: unknown = false,
    data: unknown = null,
    origin: unknown = '',
    lastEventId: unknown = '',
    source: unknown = null,
    ports: unknown = [],
  ): void {
    required(arguments, 1, 'MessageEvent.initMessageEvent');
    const name = toText(type);
    const [from, id, sender, list] = [toScalarText(origin), toText(lastEventId), sourceOf(source), portsOf(ports)];
    if (!initialize(this, name, bubbles, cancelable)) return;
    this.#data = data;
    this.#origin = from;
    this.#lastEventId = id;
    this.#source = sender;
    this.#ports = list;
  }
}
defineInterface(MessageEvent, 'MessageEvent');

export class ProgressEvent extends Event {
  #lengthComputable: boolean;
  #loaded: number;
  #total: number;

  constructor(type: unknown, init: unknown = undefined) {
    required(arguments, 1, 'ProgressEvent');
    super(type, init);
    const given = toDictionary(init, 'the init of the event');
    this.#lengthComputable = Boolean(given.lengthComputable);
    this.#loaded = toInteger(given.loaded, 64, false);
    this.#total = toInteger(given.total, 64, false);
  }

  get lengthComputable(): boolean {
    return this.#lengthComputable;
  }

  get loaded(): number {
    return this.#loaded;
  }

  get total(): number {
    return this.#total;
  }
}
defineInterface(ProgressEvent, 'ProgressEvent');
