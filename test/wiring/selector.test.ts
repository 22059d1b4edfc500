import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSelector } from '../../src/wiring/selector.ts';
import { reducedCount } from '../fixtures/wide.ts';

const labels = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split(',')
      .filter((it) => it !== '')
      .map((it) => {
        const [key = '', value = ''] = it.split('=');
        return [key, value] as const;
      }),
  );

/** A selector, label sets that it selects, label sets that it does not select. */
function check(text: string, selects: readonly string[], passesOver: readonly string[]): void {
  test(`${text} (C12)`, () => {
    const selector = parseSelector(text);
    assert.ok('matches' in selector);
    assert.equal(selector.text, text);
    for (const it of selects) assert.equal(selector.matches(labels(it)), true, it);
    for (const it of passesOver) assert.equal(selector.matches(labels(it)), false, it);
  });
}

check('routable=true', ['routable=true', 'a=b,routable=true'], ['', 'routable=false', 'routable=', 'x=true']);
check('routable==true', ['routable=true'], ['routable=false']);
check(' a in (x,y) ', ['a=x', 'a=y'], ['', 'a=z', 'a=']);
check('a notin (x, y)', ['', 'a=z', 'b=x'], ['a=x', 'a=y']);
check('!off', ['', 'on=1'], ['off=1', 'off=']);
check('a!=b,c', ['c=1', 'a=x,c='], ['a=b,c=1', 'a=x']);
check('a', ['a=', 'a=1'], ['', 'b=1']);
check('a=', ['a='], ['', 'a=1']);
check('a=,b', ['a=,b=1'], ['b=1']);
check('a in (,x)', ['a=', 'a=x'], ['', 'a=y']);
check('a>1', ['a=2', 'a=10'], ['', 'a=1', 'a=-5', 'a=x']);
check('a < 10', ['a=9', 'a=-1'], ['a=10', 'a=x']);
check('in in (in, notin),notin', ['in=in,notin=1'], ['in=x,notin=1']);
check('example.com/a_b.c=d', ['example.com/a_b.c=d'], ['a_b.c=d']);
check('', ['', 'a=b'], []);
check('constructor', ['constructor=1'], ['', 'a=b']);

function checkRefused(texts: readonly string[]): void {
  for (const text of texts) {
    test(`${JSON.stringify(text)} is refused (C8)`, () => {
      const selector = parseSelector(text);
      assert.ok('problem' in selector);
      assert.match(selector.problem, /^expected .+, found .+$/);
    });
  }
}

checkRefused([
  '*&^^%&%$$^&%&',
  'a,',
  ',a',
  'a b',
  'a=b c',
  'a===b',
  '=b',
  '!',
  '!!a',
  '!a=b',
  'a!',
  'a in',
  'a in x',
]);
checkRefused([
  'a in ()',
  'a in (x',
  'a in (x y)',
  'a in x)',
  'a notin (',
  'a>',
  'a>x',
  'a<1.5',
  'a > (1)',
  'a=b)',
  '(',
]);
checkRefused([
  '-a',
  'a-',
  'a/b/c',
  '/a',
  'a/',
  'A.com/x',
  `${'a'.repeat(64)}=1`,
  `a=${'b'.repeat(64)}`,
  'a=-b',
  'ä=1',
]);

test('any text is a selector or a problem', () => {
  const likely = fc.array(
    fc.constantFrom('a', 'b/c', 'in', 'notin', '(', ')', ',', '=', '!', '<', '>', ' ', '1', '-'),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        likely.map((it) => it.join('')),
      ),
      (text) => {
        const selector = parseSelector(text);
        if ('matches' in selector) assert.equal(typeof selector.matches(new Map([['a', '1']])), 'boolean');
      },
    ),
    { numRuns: reducedCount(2000) },
  );
});
