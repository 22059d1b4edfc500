import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTraceparent } from '../../src/http1/trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

/** Examples and rules of W3C Trace Context, section 3.2. A value is undefined if podway must not use it. */
const VALUES: Readonly<Record<string, readonly [value: string, isSampled: boolean | undefined]>> = {
  'a sampled one': [`00-${TRACE}-${SPAN}-01`, true],
  'a trace that is not sampled': [`00-${TRACE}-${SPAN}-00`, false],
  'unknown flags': [`00-${TRACE}-${SPAN}-03`, true],
  'a later version': [`cc-${TRACE}-${SPAN}-01`, true],
  'a later version with more': [`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, true],
  'this version with more': [`00-${TRACE}-${SPAN}-01-what`, undefined],
  'a later version with more that is not separated': [`cc-${TRACE}-${SPAN}-01.what`, undefined],
  'version ff': [`ff-${TRACE}-${SPAN}-01`, undefined],
  'a trace id of zeros': [`00-${'0'.repeat(32)}-${SPAN}-01`, undefined],
  'a span id of zeros': [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
  'upper case': [`00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined],
  'a trace id that is too short': [`00-${TRACE.slice(1)}-${SPAN}-01`, undefined],
  'a span id that is too long': [`00-${TRACE}-${SPAN}0-01`, undefined],
  'no flags': [`00-${TRACE}-${SPAN}`, undefined],
  'malformed flags': [`00-${TRACE}-${SPAN}-0x`, undefined],
  'a line feed at its end': [`00-${TRACE}-${SPAN}-01\n`, undefined],
  nothing: ['', undefined],
};

for (const [name, [value, isSampled]] of Object.entries(VALUES)) {
  test(`traceparent: ${name} (TC-01)`, () => {
    const expected = isSampled === undefined ? undefined : { traceId: TRACE, spanId: SPAN, isSampled };
    assert.deepEqual(readTraceparent(value), expected);
  });
}
