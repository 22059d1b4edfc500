import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHost, requestHost } from '../../src/wiring/host.ts';
import { HOST_VALUES } from './host-values.ts';
import { testTitle } from '../fixtures/test-title.ts';
import { reducedCount } from '../fixtures/wide.ts';

for (const [row, host, values] of HOST_VALUES) {
  for (const value of values) {
    test(testTitle(row, `Host ${JSON.stringify(value).slice(0, 60)}`), () =>
      assert.equal(requestHost(value), host),
    );
  }
}

test('the case of letters never matters, and the canonical form is a fixed point', () => {
  fc.assert(
    fc.property(fc.domain(), (domain) => {
      const host = requestHost(domain.toUpperCase());
      assert.equal(host, domain.toLowerCase());
      assert.equal(requestHost(host ?? ''), host);
    }),
  );
});

test('any bytes are read as a canonical host or as undefined', () => {
  const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((it) => String.fromCharCode(it)) });
  const likely = fc.string({ unit: fc.constantFrom(...'aA0.-_:[]%*1f'.split('')) });
  fc.assert(
    fc.property(fc.oneof(bytes, likely), (value) => {
      const host = requestHost(value);
      if (host === undefined) return;
      assert.match(host, /^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])$/);
      assert.equal(requestHost(host), host);
      assert.equal(requestHost(`${host}:443`), host);
    }),
    { numRuns: reducedCount(2000) },
  );
});

test('annotations and requests use the same grammar: a request with the text of an annotated host reaches the host', () => {
  const text = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((it) => `[${it}]`),
    fc.string(),
    fc.constant('*.a'),
  );
  fc.assert(
    fc.property(text, (item) => {
      const parsed = parseHost(item);
      if ('problem' in parsed) return;
      const { host } = parsed;
      assert.equal(requestHost(host.replace(/^\*/, 'any')), host.replace(/^\*/, 'any'));
      if (!host.startsWith('*')) assert.equal(requestHost(item), host);
    }),
  );
});
