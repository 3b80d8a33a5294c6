// A file that does not compile.
import { test } from 'cronflow/testing';

test('x', () => {
