import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { responseValues } from '../../src/http1/response-values.ts';
import { answerUnderPrefix, type Rewritten } from '../../src/routing/answer-under-prefix.ts';
import { rewrittenPath } from '../../src/routing/rewrite-path.ts';
import { reducedCount } from '../fixtures/wide.ts';

/** The Location that a client gets for the Location of a pod. */
function clientsLocation(
  location: string,
  prefixes: Pick<Rewritten, 'outer' | 'announced' | 'inner'>,
): string {
  const parser = new ResponseParser({ line: 8_192, head: 65_536, fields: 256 });
  const bytes = Buffer.from(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\n\r\n`, 'latin1');
  assert.equal(parser.parse(bytes, 0, bytes.length), bytes.length);
  answerUnderPrefix(parser.head, { ...prefixes, ofClient: ['t.local'], ofPod: '' });
  return responseValues(parser.head, 'location')[0] ?? '';
}

const rest = fc
  .array(fc.constantFrom('a', 'b', 'v', 'ab', 'e'), { maxLength: 4 })
  .map((segments) => segments.map((it) => `/${it}`).join(''));

test('a client that follows a redirect reaches the target of the pod', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('', '/a', '/a/b', '/v'),
      fc.constantFrom('', '/a', '/a/b', '/v'),
      fc.constantFrom('', '/e', '/a'),
      rest,
      (outer, inner, edge, below) => {
        if (outer === inner) return;
        const meant = inner + below;
        if (meant === '') return;
        const announced = edge + outer;
        const location = clientsLocation(meant, { outer, announced, inner });
        assert.match(location, /^\/(?!\/)/);
        const has = [outer, announced].some(
          (it) => it.length >= inner.length && `${meant}/`.startsWith(`${it}/`),
        );
        if (has) return assert.equal(location, meant);
        const asked = rewrittenPath(location, outer === '' ? '/' : outer, inner);
        assert.equal(asked?.replace(/\/$/, ''), meant, `${meant} as ${location}`);
      },
    ),
    { numRuns: reducedCount(2_000) },
  );
});

test('no path after the prefix of the pod begins an authority', () => {
  const odd = fc
    .array(fc.constantFrom('/', '\\', 'evil.com', '?', '#', 'v'), { maxLength: 6 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(odd, (text) => {
      const sent = `/v/${text}`;
      const location = clientsLocation(sent, { outer: '', announced: '', inner: '/v' });
      assert.match(location, /^\/(?![/\\])/, `${sent} as ${location}`);
    }),
  );
});
