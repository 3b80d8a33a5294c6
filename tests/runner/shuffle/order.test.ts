// --shuffle changes the order, and the seed decides it.
import { test } from 'cronflow/testing';

for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) test(name, () => {});
