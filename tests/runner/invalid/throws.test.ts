// A file that throws while it is loaded.
import { test } from 'cronflow/testing';

test('never', () => {});
throw new Error('at the top');
