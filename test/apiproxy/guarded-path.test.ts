import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { guardedResources } from '../../src/apiproxy/guarded-path.ts';
import { readSubresourcePath } from '../fixtures/kubernetes-api/subresource-path.ts';
import { reducedCount } from '../fixtures/wide.ts';

const STREAMS = ['exec', 'attach', 'portforward'] as const;

/** A character as it is, in the other case, or escaped with hexadecimal digits of either case. */
const spellings = (it: string): fc.Arbitrary<string> => {
  const hex = it.charCodeAt(0).toString(16);
  return fc.constantFrom(it, it, it.toUpperCase(), `%${hex}`, `%${hex.toUpperCase()}`);
};
const spelled = (text: string): fc.Arbitrary<string> =>
  fc.tuple(...Array.from(text, spellings)).map((parts) => parts.join(''));
const slashes = fc.constantFrom(
  '/',
  '/',
  '//',
  '/./',
  '/%2e/',
  '%2F',
  '%2f',
  '%5C',
  ';x/',
  ';x=%2F/',
  '/;x/',
);

/** The path of a stream in a random spelling. */
const streams = fc.constantFrom(...STREAMS).chain((name) => {
  const parts = ['api', 'v1', 'namespaces', 'shop', 'pods', 'web-0', name].map(spelled);
  const between = fc.array(slashes, { minLength: parts.length, maxLength: parts.length });
  const end = fc.constantFrom('', '/', ';y', '%2F', '/x');
  return fc
    .tuple(fc.tuple(...parts), between, end)
    .map(
      ([texts, signs, last]) =>
        [
          `/${texts.map((it, at) => (at === 0 ? it : (signs[at] ?? '/') + it)).join('')}${last}`,
          name,
        ] as const,
    );
});

test('every spelling of the path of a stream is recognized, or refused', () => {
  fc.assert(
    fc.property(streams, ([path, name]) => {
      const found = guardedResources(path);
      assert.ok(found === undefined || found.includes(name), `${path}: ${found?.join()}`);
    }),
    { numRuns: reducedCount(700) },
  );
});

const PIECES = [
  '/ api v1 namespaces shop pods services a exec %65xec attach portforward proxy .. . %2e %2F ; %5C %00'.split(
    ' ',
  ),
  ['/api/v1/namespaces/shop/pods/a/', '/'],
].flat();
const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 });

test('every path that the API server takes for a stream is recognized, or refused', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const path = `/${parts.join('')}`;
      const { subresource } = readSubresourcePath(path) ?? {};
      const name = STREAMS.find((it) => it === subresource);
      const found = guardedResources(path);
      assert.ok(
        name === undefined || found === undefined || found.includes(name),
        `${path}: ${found?.join()}`,
      );
    }),
    { numRuns: reducedCount(2_000) },
  );
});
