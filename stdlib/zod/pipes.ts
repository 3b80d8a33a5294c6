// Values that change on their way: transforms, pipes, codecs, texts that mean yes or no.

import { customIssue } from 'cronflow:internal/zod/issues';
import { type Params, readParams } from 'cronflow:internal/zod/params';
import { type Later, type Payload, type Run, ZodAsyncError, ZodEncodeError, then } from 'cronflow:internal/zod/payload';
import { boolean } from 'cronflow:internal/zod/plain';
import { string } from 'cronflow:internal/zod/string';
import { ZodType, makers } from 'cronflow:internal/zod/type';

type Change = (value: any, payload: any) => any;

export class ZodTransform extends ZodType {
  get _optin(): 'optional' {
    return 'optional';
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    if (run.direction === 'backward') throw new ZodEncodeError('ZodTransform');
    payload.addIssue = given => void payload.issues.push(customIssue(given, payload, this));
    return changed(payload, run, this.def.transform, read => read);
  }
}

/** Goes on with what the author's function makes of the value. */
function changed(payload: Payload, run: Run, change: Change, next: (payload: Payload) => Later<Payload>): Later<Payload> {
  const result = change(payload.value, payload);
  if (result instanceof Promise && !run.async) throw new ZodAsyncError();
  return then(result, value => {
    payload.value = value;
    return next(payload);
  });
}

export class ZodPipe extends ZodType {
  get in(): ZodType {
    return this.def.in;
  }

  get out(): ZodType {
    return this.def.out;
  }

  get _optin() {
    return this.in._optin;
  }

  get _optout() {
    return this.out._optout;
  }

  get _values() {
    return this.in._values;
  }

  get _propValues() {
    return this.in._propValues;
  }

  _parse(payload: Payload, run: Run): Later<Payload> {
    const [first, second] = run.direction === 'backward' ? [this.out, this.in] : [this.in, this.out];
    return then(first._run(payload, run), read => {
      // Unknown keys say nothing about the value.
      if (read.issues.every(issue => issue.code === 'unrecognized_keys')) return second._run({ value: read.value, issues: read.issues }, run);
      read.aborted = true;
      return read;
    });
  }
}

const ended = (payload: Payload): Payload => {
  payload.aborted = true;
  return payload;
};

/** Changes both ways. */
export class ZodCodec extends ZodPipe {
  _parse(payload: Payload, run: Run): Later<Payload> {
    const isBack = run.direction === 'backward';
    const [first, second] = isBack ? [this.out, this.in] : [this.in, this.out];
    const change: Change = isBack ? this.def.reverseTransform : this.def.transform;
    return then(first._run(payload, run), read => {
      if (read.issues.length > 0) return ended(read);
      return changed(read, run, change, next => (next.issues.length > 0 ? ended(next) : second._run({ value: next.value, issues: next.issues }, run)));
    });
  }
}

export const transform = (change: Change) => new ZodTransform({ type: 'transform', transform: change });
export const pipe = (first: ZodType, next: ZodType) => new ZodPipe({ type: 'pipe', in: first, out: next });
export const preprocess = (change: Change, schema: ZodType) => pipe(transform(change), schema);
export const codec = (first: ZodType, next: ZodType, params: { decode: Change; encode: Change }) =>
  new ZodCodec({ type: 'pipe', in: first, out: next, transform: params.decode, reverseTransform: params.encode });
export const invertCodec = ({ def }: ZodCodec) =>
  new ZodCodec({ type: 'pipe', in: def.out, out: def.in, transform: def.reverseTransform, reverseTransform: def.transform });

const YES = ['true', '1', 'yes', 'on', 'y', 'enabled'];
const NO = ['false', '0', 'no', 'off', 'n', 'disabled'];

/** A text that means yes or no. */
export function stringbool(given?: Params): ZodCodec {
  const params = readParams(given);
  const folded = (text: string) => (params.case === 'sensitive' ? text : text.toLowerCase());
  const [yes, no]: string[][] = [(params.truthy ?? YES).map(folded), (params.falsy ?? NO).map(folded)];
  const decode: Change = (text, payload) => {
    const word = folded(text);
    if (yes.includes(word) || no.includes(word)) return yes.includes(word);
    const values = [...yes, ...no];
    payload.issues.push({ code: 'invalid_value', expected: 'stringbool', values, input: payload.value, inst: made, continue: false });
    return {};
  };
  const encode: Change = value => (value === true ? yes[0] || 'true' : no[0] || 'false');
  const error = params.error === undefined ? {} : { error: params.error };
  const made = new ZodCodec({ type: 'pipe', in: string(error), out: boolean(error), transform: decode, reverseTransform: encode, ...error });
  return made;
}

Object.assign(makers, { transform, pipe });
