import assert from 'node:assert/strict';
import { firstValueFrom, from, interval, lastValueFrom, of, throwError, toArray } from 'rxjs';
import { catchError, filter, map, mergeMap, reduce, take } from 'rxjs/operators';

assert.deepEqual(await lastValueFrom(from([1, 2, 3, 4]).pipe(filter(n => n % 2 === 0), map(n => n * 10), toArray())), [20, 40]);
assert.equal(await lastValueFrom(of(1, 2).pipe(mergeMap(async n => n + 1), reduce((a, b) => a + b))), 5);
assert.deepEqual(await lastValueFrom(interval(1).pipe(take(3), toArray())), [0, 1, 2]);
assert.equal(await firstValueFrom(throwError(() => new Error('x')).pipe(catchError(error => of(error.message)))), 'x');
