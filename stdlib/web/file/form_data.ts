// FormData (https://xhr.spec.whatwg.org/#interface-formdata). Complete, without forms of a page.

import { File, fileOver, isBlob } from 'cronflow:internal/web/file/blob';
import { defineInterface, definePairIterable, required, toScalarText } from 'cronflow:internal/web/webidl';

type Value = string | File;

let entriesOf: (form: FormData) => [string, Value][];

export class FormData {
  #entries: [string, Value][] = [];

  static {
    entriesOf = form => form.#entries;
  }

  constructor(form: unknown = undefined, submitter: unknown = undefined) {
    if (form !== undefined || (submitter !== undefined && submitter !== null)) {
      throw new TypeError('FormData: there are no form elements here; add the entries with append()');
    }
  }

  append(name: unknown, value: unknown, filename: unknown = undefined): void {
    this.#entries;
    required(arguments, 2, 'FormData.append');
    this.#entries.push(entry(name, value, filename, arguments.length > 2, 'FormData.append'));
  }

  delete(name: unknown): void {
    this.#entries;
    required(arguments, 1, 'FormData.delete');
    const key = toScalarText(name);
    this.#entries = this.#entries.filter(([known]) => known !== key);
  }

  get(name: unknown): Value | null {
    this.#entries;
    required(arguments, 1, 'FormData.get');
    const key = toScalarText(name);
    return this.#entries.find(([known]) => known === key)?.[1] ?? null;
  }

  getAll(name: unknown): Value[] {
    this.#entries;
    required(arguments, 1, 'FormData.getAll');
    const key = toScalarText(name);
    return this.#entries.filter(([known]) => known === key).map(([, value]) => value);
  }

  has(name: unknown): boolean {
    this.#entries;
    required(arguments, 1, 'FormData.has');
    const key = toScalarText(name);
    return this.#entries.some(([known]) => known === key);
  }

  set(name: unknown, value: unknown, filename: unknown = undefined): void {
    this.#entries;
    required(arguments, 2, 'FormData.set');
    const fresh = entry(name, value, filename, arguments.length > 2, 'FormData.set');
    const at = this.#entries.findIndex(([known]) => known === fresh[0]);
    if (at < 0) this.#entries.push(fresh);
    else {
      this.#entries[at] = fresh;
      this.#entries = this.#entries.filter(([known], index) => index <= at || known !== fresh[0]);
    }
  }
}

definePairIterable(FormData, 'FormData', target => entriesOf(target));
defineInterface(FormData, 'FormData');

function entry(name: unknown, value: unknown, filename: unknown, isNamed: boolean, what: string): [string, Value] {
  const key = toScalarText(name);
  if (!isBlob(value)) {
    if (isNamed) throw new TypeError(`${what}: a file name needs a Blob`);
    return [key, toScalarText(value)];
  }
  if (isNamed) return [key, fileOver(value, toScalarText(filename), value instanceof File ? value.lastModified : undefined)];
  return [key, value instanceof File ? value : fileOver(value, 'blob')];
}
