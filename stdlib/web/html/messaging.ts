// MessageChannel and MessagePort (https://html.spec.whatwg.org/multipage/web-messaging.html#message-channels). Complete.
// Ports that belong together live in one isolate; messages arrive as tasks of their own, in order.

import { timerStart } from 'cronflow:internal/ops';
import { Event, MessageEvent, EventTarget, defineHandler, dispatch, platformEvent } from 'cronflow:internal/events';
import { introducePorts } from 'cronflow:internal/web/dom/event_kinds';
import { cloneWithTransfer, refused } from 'cronflow:internal/structured_clone';
import { INTERNAL, defineInterface, onlyInternal, required, toSequence } from 'cronflow:internal/web/webidl';

interface Message {
  data: unknown;
  ports: MessagePort[];
}

interface PortState {
  /** The state at the other end; null when there is none any more. */
  peer: PortState | null;
  /** Who has this end now: it changes when the port is transferred. */
  owner: MessagePort | null;
  queue: Message[];
  enabled: boolean;
}

let stateOf: (port: MessagePort) => PortState;
let attach: (port: MessagePort, state: PortState) => void;
let isPort: (value: unknown) => value is MessagePort;

const detached = (): PortState => ({ peer: null, owner: null, queue: [], enabled: false });

export class MessagePort extends EventTarget {
  #state: PortState = detached();
  declare onmessage: any;

  static {
    stateOf = port => port.#state;
    attach = (port, state) => {
      port.#state = state;
      state.owner = port;
    };
    isPort = (value): value is MessagePort => typeof value === 'object' && value !== null && #state in value;
  }

  constructor() {
    onlyInternal(arguments[0]);
    super();
  }

  postMessage(message: unknown, options: any = undefined): void {
    const state = this.#state;
    required(arguments, 1, 'MessagePort.postMessage');
    const list = transferList(options);
    if (list.includes(this)) throw refused('a port that is posted through itself');
    const { peer } = state;
    const doomed = peer !== null && list.some(item => isPort(item) && stateOf(item) === peer);
    const { copy, moved } = cloneWithTransfer(message, list);
    if (peer === null || doomed) return;
    peer.queue.push({ data: copy, ports: moved.filter(isPort) });
    if (peer.enabled) deliverLater(peer);
  }

  start(): void {
    start(this.#state);
  }

  close(): void {
    const { peer } = this.#state;
    this.#state.peer = null;
    this.#state.queue = [];
    this.#state.owner = null;
    if (peer === null) return;
    peer.peer = null;
    // The other side hears of it after what was sent before.
    timerStart(() => peer.owner !== null && dispatch(peer.owner, platformEvent(Event, 'close')), 0, false);
  }
}

function transfer(port: MessagePort): { value: MessagePort; commit: () => void } {
  const state = stateOf(port);
  if (state.owner !== port) throw refused('a port that was closed or transferred before');
  const moved: MessagePort = new (MessagePort as any)(INTERNAL);
  const commit = () => {
    attach(port, detached());
    stateOf(port).owner = null;
    attach(moved, state);
    state.enabled = false;
  };
  return { value: moved, commit };
}

defineInterface(MessagePort, 'MessagePort', { transfer });
defineHandler(MessagePort, 'message', port => start(stateOf(port)));
defineHandler(MessagePort, 'messageerror');
defineHandler(MessagePort, 'close');
introducePorts(isPort!);

function transferList(options: any): unknown[] {
  if (options === undefined || options === null) return [];
  if (typeof options !== 'object' && typeof options !== 'function') throw new TypeError('postMessage: the options are not an object');
  const list = typeof options[Symbol.iterator] === 'function' ? options : options.transfer;
  return list === undefined ? [] : toSequence(list, item => item, 'postMessage: transfer');
}

function start(state: PortState): void {
  if (state.enabled) return;
  state.enabled = true;
  for (let count = state.queue.length; count > 0; count--) deliverLater(state);
}

/** One message, in a task of its own. */
function deliverLater(state: PortState): void {
  timerStart(() => {
    if (!state.enabled || state.owner === null) return;
    const message = state.queue.shift();
    if (message === undefined) return;
    const { data, ports } = message;
    dispatch(state.owner, platformEvent(MessageEvent, 'message', { data, ports }));
  }, 0, false);
}

export class MessageChannel {
  #port1: MessagePort = new (MessagePort as any)(INTERNAL);
  #port2: MessagePort = new (MessagePort as any)(INTERNAL);

  constructor() {
    const [first, second] = [stateOf(this.#port1), stateOf(this.#port2)];
    attach(this.#port1, first);
    attach(this.#port2, second);
    first.peer = second;
    second.peer = first;
  }

  get port1(): MessagePort {
    return this.#port1;
  }

  get port2(): MessagePort {
    return this.#port2;
  }
}
defineInterface(MessageChannel, 'MessageChannel');
