import { test, vi } from 'cronflow/testing';
import { order } from './order';

vi.mock('./mail', () => ({ from: 'only' }));

test('never runs', () => void order);
