// Everything that the DOM standard puts on the global object, and what the other parts of the platform need of it.

export { Event, platformEvent } from 'cronflow:internal/web/dom/event';
export { EventTarget, defineHandler, dispatch } from 'cronflow:internal/web/dom/event_target';
export { CustomEvent, ErrorEvent, MessageEvent, ProgressEvent, PromiseRejectionEvent } from 'cronflow:internal/web/dom/event_kinds';
export { AbortController, AbortSignal, isSignal, onAbort, signalAbort } from 'cronflow:internal/web/dom/abort';
