import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROPPED_FIELD, type FieldNames, OTHER_FIELD } from '../../src/http1/field-names.ts';
import { BROWSER_FIELDS, REQUEST_FIELD, requestFieldNames } from '../../src/http1/request-fields.ts';
import { RESPONSE_FIELD, RESPONSE_FIELD_NAMES } from '../../src/http1/response-fields.ts';

/** All characters of a field name except letters, digits and the dash (RFC 9110 5.6.2). */
const ODD = "!#$%&'*+.^_`|~";

function idOf(names: FieldNames, name: string): number {
  const octets = Buffer.from(`@${name}@`, 'latin1');
  return names.find(octets, 1, octets.length - 1);
}

/** Checks that every spelling of a known name has its id; with another character for a dash it is an alias, with one more letter unknown. */
function check(names: FieldNames, name: string, id: number): void {
  const capitals = name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());
  for (const spelling of [name, name.toUpperCase(), capitals]) {
    assert.equal(idOf(names, spelling), id, spelling);
    for (const odd of ODD) {
      for (const alias of [spelling.replaceAll('-', () => odd), spelling.replace('-', () => odd)]) {
        assert.equal(idOf(names, alias), name.includes('-') ? DROPPED_FIELD : id, alias);
      }
    }
    assert.equal(idOf(names, `y${spelling}`), OTHER_FIELD, spelling);
    assert.equal(idOf(names, spelling.slice(1)), OTHER_FIELD, spelling);
  }
}

const { key, host, contentLength, transferEncoding, connection, upgrade, te, expect, requestId } =
  REQUEST_FIELD;
const { forwarded, forwardedFor, forwardedProto, forwardedHost, forwardedPort, websocketKey, hops } =
  REQUEST_FIELD;
const REQUEST_NAMES: readonly (readonly [string, number])[] = [
  ['x-routing-api-key', key],
  ['host', host],
  ['content-length', contentLength],
  ['transfer-encoding', transferEncoding],
  ['connection', connection],
  ['upgrade', upgrade],
  ['te', te],
  ['expect', expect],
  ['trailer', DROPPED_FIELD],
  ['keep-alive', DROPPED_FIELD],
  ['proxy-connection', DROPPED_FIELD],
  ['proxy-authorization', DROPPED_FIELD],
  ['http2-settings', DROPPED_FIELD],
  ['sec-websocket-key', websocketKey],
  ['x-request-id', requestId],
  ['x-forwarded-for', forwardedFor],
  ['x-forwarded-proto', forwardedProto],
  ['x-forwarded-host', forwardedHost],
  ['x-forwarded-port', forwardedPort],
  ['x-forwarded-prefix', forwarded],
  ['forwarded', forwarded],
  ['x-real-ip', forwarded],
  ['x-podway-hops', hops],
];

for (const [name, id] of REQUEST_NAMES) {
  test(`request: ${name}`, () => check(requestFieldNames('x-routing-api-key'), name, id));
}

test('the key header may have any name, even a name with an underscore', () => {
  const names = requestFieldNames('my_key');
  assert.equal(idOf(names, 'My_Key'), key);
  assert.equal(idOf(names, 'My-Key'), DROPPED_FIELD);
  assert.equal(idOf(names, 'X-Routing-Api-Key'), OTHER_FIELD);
});

test('fields that are not forwarded, and their aliases', () => {
  const names = requestFieldNames('x-routing-api-key', ['x-original-url', 'x_odd', 'host', 'authorization']);
  check(names, 'x-original-url', DROPPED_FIELD);
  check(names, 'authorization', DROPPED_FIELD);
  assert.equal(idOf(names, 'X_Odd'), DROPPED_FIELD);
  assert.equal(idOf(names, 'X-Odd'), DROPPED_FIELD);
  assert.equal(idOf(names, 'Host'), host);
});

test('fields by which podway checks the page of a request keep their ids, even if podway does not forward them', () => {
  const dropped = ['origin', 'sec-fetch-site', 'sec_fetch_site', 'referer'];
  const names = requestFieldNames('x-routing-api-key', dropped, BROWSER_FIELDS);
  for (const [name, id] of BROWSER_FIELDS) assert.equal(idOf(names, name), id, name);
});

for (const [name, id] of [
  ['content-length', RESPONSE_FIELD.contentLength],
  ['x-accel-buffering', RESPONSE_FIELD.accelBuffering],
  ['x-accel-redirect', RESPONSE_FIELD.dropped],
  ['date', RESPONSE_FIELD.date],
] as const) {
  test(`response: ${name}`, () => check(RESPONSE_FIELD_NAMES, name, id));
}
