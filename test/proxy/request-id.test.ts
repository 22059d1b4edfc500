import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestIds } from '../../src/proxy/exchange/request-id.ts';

test('ids have the same length, ascend and never repeat', () => {
  const ids = new RequestIds();
  let previous = '';
  for (let count = 0; count <= 3 * 0x1000; count += 1) {
    const id = ids.next();
    assert.match(id, /^[0-9a-f]{24}$/);
    assert.ok(id > previous, `${id} after ${previous}`);
    previous = id;
  }
});

test('two workers never have the same id', () => {
  assert.notEqual(new RequestIds().next().slice(0, 16), new RequestIds().next().slice(0, 16));
});
