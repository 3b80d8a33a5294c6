// Another file is not hurt.
import { test } from 'cronflow/testing';

test('passes', () => {});
