// Made-up data that a seed decides: the same seed gives the same data.

import { randomOf } from 'cronflow:internal/testing/random';

const FIRST = ['Ada', 'Alan', 'Barbara', 'Claude', 'Donald', 'Edsger', 'Frances', 'Grace', 'Hedy', 'Ivan', 'Joan', 'Katherine', 'Leslie', 'Margaret'];
const LAST = ['Allen', 'Clarke', 'Dijkstra', 'Hamilton', 'Hopper', 'Johnson', 'Knuth', 'Lamport', 'Liskov', 'Lovelace', 'Shannon', 'Turing'];
const CITIES = ['Amsterdam', 'Berlin', 'Copenhagen', 'Dublin', 'Lisbon', 'Madrid', 'Oslo', 'Paris', 'Rome', 'Vienna'];
const THINGS = ['chair', 'desk', 'lamp', 'pen', 'notebook', 'keyboard', 'screen', 'cable', 'bag', 'cup'];
const COLOURS = ['black', 'blue', 'green', 'grey', 'red', 'white', 'yellow'];
/** Dates lie in the year after this moment. */
const EPOCH = Date.UTC(2026, 0, 1);
const YEAR = 365 * 24 * 3600 * 1000;

export class DataGenerator {
  /** From 0 up to 1. */
  private _next: () => number;

  constructor(seed = 1) {
    this._next = randomOf(seed);
  }

  /** A whole number from `low` to `high`, both included. */
  number(low = 0, high = 1000): number {
    return low + Math.floor(this._next() * (high - low + 1));
  }

  boolean(): boolean {
    return this._next() < 0.5;
  }

  pick<T>(list: T[]): T {
    if (list.length === 0) throw new RangeError('pick() needs a list with something in it');
    return list[this.number(0, list.length - 1)];
  }

  list<T>(count: number, make: (generator: DataGenerator, index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(this, index));
  }

  string(length = 10): string {
    return this.list(length, () => String.fromCharCode(97 + this.number(0, 25))).join('');
  }

  uuid(): string {
    const hex = this.list(32, () => this.number(0, 15).toString(16));
    hex[12] = '4';
    hex[16] = '89ab'[this.number(0, 3)];
    return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  date(): string {
    return new Date(EPOCH + Math.floor(this._next() * YEAR)).toISOString();
  }

  amount(low = 1, high = 500): number {
    return this.number(low * 100, high * 100) / 100;
  }

  generateUser(more: object = {}): any {
    const [first, last] = [this.pick(FIRST), this.pick(LAST)];
    const id = this.uuid();
    return { id, name: `${first} ${last}`, email: `${first}.${last}.${id.slice(0, 4)}@example.com`.toLowerCase(), age: this.number(18, 90), createdAt: this.date(), ...more };
  }

  generateAddress(more: object = {}): any {
    return { street: `${this.pick(LAST)} Street ${this.number(1, 200)}`, city: this.pick(CITIES), postcode: String(this.number(10000, 99999)), ...more };
  }

  generateProduct(more: object = {}): any {
    return { id: this.uuid(), name: `${this.pick(COLOURS)} ${this.pick(THINGS)}`, price: this.amount(), stock: this.number(0, 100), ...more };
  }

  generateOrder(more: object = {}): any {
    const items = this.list(this.number(1, 4), () => ({ product: this.generateProduct(), quantity: this.number(1, 5) }));
    const total = Math.round(items.reduce((sum, { product, quantity }) => sum + product.price * quantity * 100, 0)) / 100;
    return { id: this.uuid(), customer: this.generateUser(), address: this.generateAddress(), items, total, createdAt: this.date(), ...more };
  }

  generatePayment(more: object = {}): any {
    return { id: this.uuid(), amount: this.amount(), currency: this.pick(['EUR', 'GBP', 'USD']), method: this.pick(['card', 'transfer', 'cash']), ...more };
  }

  generateEvent(name: string, payload: object = {}): any {
    return { id: this.uuid(), name, payload, timestamp: this.date() };
  }
}
