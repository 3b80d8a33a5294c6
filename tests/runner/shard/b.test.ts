// One of four files.
import { test } from 'cronflow/testing';

test('b', () => {});
