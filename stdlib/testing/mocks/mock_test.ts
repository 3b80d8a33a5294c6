// Mock functions, mocks of classes, spies and mocked objects.

import { describe, expect, jest, test, vi } from 'cronflow/testing';

class Dog {
  static kind = 'animal';
  static born(name: string, _year: number) {
    return new Dog(name);
  }
  constructor(readonly name: string) {}
  speak() {
    return `${this.name} barks`;
  }
}

describe('what a mock notes', () => {
  test('stays one object, with new lists after mockClear()', () => {
    const mock = vi.fn((a: number) => a * 2);
    const { mock: noted } = mock;
    mock(1);
    const { calls } = noted;
    expect([noted.calls, noted.results, noted.lastCall]).toEqual([[[1]], [{ type: 'return', value: 2 }], [1]]);
    mock.mockClear();
    expect([noted.calls, noted.lastCall, calls]).toEqual([[], undefined, [[1]]]);
    expect(mock.mock).toBe(noted);
    expect(() => ((mock as any).mock = {})).toThrow(TypeError);
  });

  test('tells how promises end', async () => {
    const mock = vi.fn().mockResolvedValueOnce(1).mockRejectedValueOnce(new Error('no')).mockThrow(new Error('at once'));
    await mock();
    await mock().catch(() => {});
    expect(() => mock()).toThrow('at once');
    expect(mock.mock.settledResults).toEqual([{ type: 'fulfilled', value: 1 }, { type: 'rejected', value: new Error('no') }, { type: 'rejected', value: new Error('at once') }]);
    expect(mock.mock.results.map((result: any) => result.type)).toEqual(['return', 'return', 'throw']);
  });

  test('is cleared in the middle of a call', () => {
    const mock: any = vi.fn(() => mock.mockClear());
    mock();
    expect(mock.mock.calls).toEqual([]);
    expect(mock.mock.results).toEqual([]);
  });
});

describe('a mock of a function', () => {
  test('has its name, length and static properties', () => {
    class Puppy extends Dog {}
    const mock: any = vi.fn(Puppy as any);
    expect([mock.length, mock.name, mock.kind]).toEqual([Puppy.length, 'Puppy', 'animal']);
    mock.length = 5;
    expect(mock.length).toBe(5);
    expect(vi.fn((_a: any, _b: any) => 1)).toHaveLength(2);
  });

  test('has a name for messages, until it is reset', () => {
    expect([vi.fn().getMockName(), jest.fn().getMockName()]).toEqual(['vi.fn()', 'jest.fn()']);
    const mock = vi.fn().mockName('pay');
    expect(() => expect(mock).toHaveBeenCalled()).toThrow('expected pay to have been called');
    expect(mock.mockReset().getMockName()).toBe('vi.fn()');
    expect(() => expect(mock).toHaveBeenCalled()).toThrow('expected the mock function to have been called');
  });

  test('is put back at the end of a block', () => {
    const object = { name: () => 'real' };
    {
      using spy = vi.spyOn(object, 'name').mockReturnValue('other') as any;
      expect([object.name(), spy.mock.calls.length]).toEqual(['other', 1]);
    }
    expect(object.name()).toBe('real');
  });

  test('does another thing while something runs, also when that fails', async () => {
    const mock = vi.fn(() => 1).mockReturnValueOnce(2);
    const failing = () => {
      expect([mock(), mock.getMockImplementation()!()]).toEqual([3, 3]);
      throw new Error('stop');
    };
    expect(() => mock.withImplementation(() => 3, failing)).toThrow('stop');
    expect([mock(), mock()]).toEqual([2, 1]);
    await mock.withImplementation(() => 4, async () => expect(mock()).toBe(4));
    expect(mock()).toBe(1);
  });
});

describe('mockReset()', () => {
  test('of vi goes back to what the mock was made with', () => {
    const mock = vi.fn(() => 'made').mockReturnValue('told');
    expect([mock(), mock.mockReset()()]).toEqual(['told', 'made']);
    const object = { name: () => 'real' };
    const spy = vi.spyOn(object, 'name').mockReturnValue('told');
    expect(spy.mockReset().getMockImplementation()).toBeUndefined();
    expect(object.name()).toBe('real');
  });

  test('of jest forgets that too', () => {
    expect(jest.fn(() => 'made').mockReset()()).toBeUndefined();
    const object = { name: () => 'real' };
    jest.spyOn(object, 'name').mockReset();
    expect(object.name()).toBeUndefined();
    jest.restoreAllMocks();
    expect(object.name()).toBe('real');
  });
});

describe('a mock of a class', () => {
  test('makes instances of both', () => {
    const MockDog: any = vi.fn(Dog as any);
    const dog = new MockDog('Rex');
    expect(dog.speak()).toBe('Rex barks');
    expect(dog).toBeInstanceOf(MockDog);
    expect(dog).toBeInstanceOf(Dog);
    expect(MockDog.mock.instances[0]).toBe(dog);
    expect(MockDog.mock.results).toEqual([{ type: 'return', value: expect.any(MockDog) }]);
    MockDog.prototype.speak = vi.fn(() => 'meow');
    expect(dog.speak()).toBe('meow');
    expect(MockDog.prototype.speak.mock.contexts).toEqual([dog]);
  });

  test('takes another class in its place, for a while', () => {
    class Cat {
      purr() {
        return 'purr';
      }
    }
    const shop = { Pet: Dog as any };
    const spy = vi.spyOn(shop, 'Pet').mockImplementation(Cat as any);
    expect(new shop.Pet().purr()).toBe('purr');
    expect(new shop.Pet()).toBeInstanceOf(shop.Pet);
    spy.mockRestore();
    expect([shop.Pet === Dog, new shop.Pet('Rex').speak()]).toEqual([true, 'Rex barks']);
  });

  test('passes new.target on, and what a function returns', () => {
    let target: unknown;
    const Made: any = vi.fn(function (this: any) {
      target = new.target;
      this.own = 1;
    });
    expect(new Made()).toMatchObject({ own: 1 });
    expect(target).toBe(Made);
    const given = { given: true };
    expect(new (vi.fn(() => given) as any)()).toBe(given);
    expect(new (vi.fn().mockReturnThis() as any)()).toBeTypeOf('object');
    expect(() => (vi.fn(Dog as any) as any)('Rex')).toThrow(TypeError);
  });

  test('can be what another mock makes', () => {
    const Base: any = vi.fn();
    class Made extends Base {}
    const Mock: any = vi.fn().mockImplementation(Made as any);
    const made = new Mock();
    expect([made instanceof Mock, made instanceof Made, made instanceof Base]).toEqual([true, true, true]);
    expect(Base.mock.instances).toEqual([made]);
    expect(() => Base.mockImplementation(class extends Base {})).toThrow(TypeError);
  });
});

describe('spies', () => {
  test('stand for getters and setters, and for values', () => {
    const object = { held: 1 };
    const read = vi.spyOn(object, 'held', 'get').mockReturnValueOnce(7);
    const written = vi.spyOn(object, 'held', 'set');
    object.held = 2;
    expect([object.held, object.held]).toEqual([7, 2]);
    expect(read).toHaveBeenCalledTimes(2);
    expect(written).toHaveBeenCalledWith(2);
    vi.restoreAllMocks();
    expect(Object.getOwnPropertyDescriptor(object, 'held')).toEqual({ value: 1, writable: true, enumerable: true, configurable: true });
  });

  test('keep what they noted when all are restored, and other mocks stay', () => {
    const object = { name: () => 'real' };
    const spy = vi.spyOn(object, 'name').mockReturnValue('told');
    const mock = vi.fn().mockReturnValue('told');
    object.name();
    vi.restoreAllMocks();
    expect([object.name(), mock(), spy.mock.calls.length]).toEqual(['real', 'told', 1]);
  });

  test('of a property that was replaced put back its first value', () => {
    const object = { held: 1 };
    vi.replaceProperty(object, 'held', 2);
    const again = vi.replaceProperty(object, 'held', 3);
    again.restore();
    expect(object.held).toBe(1);
    expect(() => vi.replaceProperty('text' as any, 'length', 1)).toThrow('replaceProperty() needs an object, not string');
    expect(() => vi.spyOn({ get only() { return 1; } }, 'only', 'set')).toThrow("spyOn(): 'only' has no setter");
  });

  test('of an instance leave its class alone', () => {
    const [one, other] = [new Dog('a'), new Dog('b')];
    const spy = vi.spyOn(one, 'speak');
    const of = vi.spyOn(other, 'speak');
    one.speak();
    expect([spy.mock.calls.length, of.mock.calls.length, Object.hasOwn(one, 'speak')]).toEqual([1, 0, true]);
    spy.mockRestore();
    expect(Object.hasOwn(one, 'speak')).toBe(false);
    of.mockRestore();
  });

  test.each<[unknown, PropertyKey, string]>([
    [null, 'a', "spyOn() needs an object, not null"],
    ['text', 'length', "spyOn() needs an object, not string"],
    [{}, 'never', "the object has no property 'never'"],
    [{ a: 1 }, 'a', "'a' is no function, but number"],
    [Object.freeze({ a() {} }), 'a', "'a' cannot be replaced: it is fixed"],
  ])('that cannot be are refused: %o %s', (object, key, message) => {
    expect(() => vi.spyOn(object as any, key)).toThrow(message);
  });
});

describe('a mocked object', () => {
  const shop = { open: () => true, hours: [9, 17], Dog, inner: { deep: () => 1 } };

  test('has mocks for all of its functions', () => {
    const mocked = vi.mockObject(shop) as any;
    expect([mocked.open(), mocked.hours, mocked.inner.deep(), mocked.Dog.kind]).toEqual([undefined, [], undefined, 'animal']);
    const [rex, max] = [new mocked.Dog('Rex'), new mocked.Dog('Max')];
    rex.speak.mockReturnValue('other');
    mocked.Dog.prototype.speak.mockReturnValue('any');
    expect([rex.speak(), max.speak(), rex]).toEqual(['other', 'any', {}]);
    expect([rex.speak.mock.calls.length, max.speak.mock.calls.length, mocked.Dog.prototype.speak.mock.calls.length]).toEqual([1, 1, 2]);
    vi.resetAllMocks();
    expect([rex.speak(), max.speak()]).toEqual([undefined, undefined]);
    class Puppy extends Dog {}
    expect((vi.mockObject({ Puppy }) as any).Puppy.born('Rex')).toBeUndefined();
    expect([mocked.Dog.born('Rex'), mocked.Dog.born.name, mocked.Dog.born.length]).toEqual([undefined, 'born', 2]);
  });

  test('has instances of classes, and leaves built-in objects alone', () => {
    const since = new Date(0);
    const key = Symbol('key');
    const mocked = vi.mockObject({ dog: new Dog('Rex'), since, map: new Map([[1, 2]]), derived: Object.create({ [key]: () => 1, own: () => 2 }) }) as any;
    expect([mocked.dog.speak(), mocked.dog.name, mocked.dog instanceof Dog]).toEqual([undefined, 'Rex', true]);
    expect([mocked.since, mocked.map.get(1), mocked.derived.own(), mocked.derived[key]()]).toEqual([since, 2, undefined, undefined]);
  });

  test('has classes whose own methods stay', () => {
    const mocked = vi.mockObject(shop) as any;
    class Wolf extends mocked.Dog {
      speak() {
        return 'howl';
      }
    }
    expect(new Wolf().speak()).toBe('howl');
  });

  test('or spies that call them', () => {
    const mocked = vi.mockObject(shop, { spy: true }) as any;
    expect([mocked.open(), mocked.hours, mocked.inner.deep()]).toEqual([true, [9, 17], 1]);
    const rex = new mocked.Dog('Rex');
    expect(rex.speak()).toBe('Rex barks');
    expect(rex).toBeInstanceOf(Dog);
    expect(rex.speak).toHaveBeenCalledOnce();
    expect(mocked.Dog.prototype.speak).toHaveBeenCalledOnce();
  });
});
