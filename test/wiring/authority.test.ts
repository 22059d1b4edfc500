import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authority, bracketed } from '../../src/wiring/authority.ts';

function check(title: string, rows: readonly (readonly [address: string, shown: string])[]): void {
  test(title, () => {
    for (const [address, shown] of rows) {
      assert.equal(bracketed(address), shown);
      assert.equal(authority({ address, port: 8080 }), `${shown}:8080`);
    }
  });
}

check('an IPv6 address gets brackets where a port may follow, any other host is unchanged', [
  ['10.0.0.1', '10.0.0.1'],
  ['fd00::1', '[fd00::1]'],
  ['::', '[::]'],
  ['::ffff:10.0.0.1', '[::ffff:10.0.0.1]'],
  ['localhost', 'localhost'],
]);
