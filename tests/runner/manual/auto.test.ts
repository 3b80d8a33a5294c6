// Without vi.mock() nothing stands for anything.
import { expect, test } from 'vitest';
import { order } from './order';
test('the module itself', () => expect(order('ann')).toBe('really to ann'));
