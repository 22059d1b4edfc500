/** Reads ClientHellos of Node's client, whole, in parts, in records and with changed bytes. */
import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { createServer } from 'node:tls';
import { readClientHello } from '../../src/proxy/downstream/tls/client-hello.ts';
import { clientHello, inRecords } from '../fixtures/client-hello.ts';

const NAMELESS = { isComplete: true, name: '' };
const INCOMPLETE = { isComplete: false, name: '' };
const naming = (name: string): object => ({ isComplete: true, name });
const hello = await clientHello({ servername: 'a.local' });
/** With enough protocols, a hello has any size up to 64 KiB. */
const large = (count: number): Promise<Buffer> =>
  clientHello({ servername: 'a.local', ALPNProtocols: Array.from({ length: count }, () => 'x'.repeat(255)) });

const rows: readonly [string, Buffer, object][] = [
  ['a name', hello, naming('a.local')],
  ['capitals', await clientHello({ servername: 'A.Local' }), naming('A.Local')],
  ['no name', await clientHello({ host: '127.0.0.1' }), NAMELESS],
  ['TLS 1.2', await clientHello({ servername: 'b.local', maxVersion: 'TLSv1.2' }), naming('b.local')],
  ['bytes behind it', Buffer.concat([hello, hello]), naming('a.local')],
  ['records of 10 bytes', inRecords(hello, 10), naming('a.local')],
  ['more than 256 records', inRecords(hello, 3), NAMELESS],
  ['15 KiB', await large(50), naming('a.local')],
  ['17 KiB', await large(68), NAMELESS],
  ['17 KiB, the first record', (await large(68)).subarray(0, 100), NAMELESS],
  ['no byte', Buffer.alloc(0), INCOMPLETE],
  ['an alert', Buffer.from([0x15, 3, 1, 0, 2, 2, 40]), NAMELESS],
  ['the hello of SSL 2', Buffer.from([0x80, 0x2e, 1, 3, 1]), NAMELESS],
  ['another handshake message', Buffer.from([0x16, 3, 1, 0, 4, 2, 0, 0, 0]), NAMELESS],
  ['an empty ClientHello', Buffer.from([0x16, 3, 1, 0, 4, 1, 0, 0, 0]), NAMELESS],
  [
    'empty records',
    Buffer.concat(Array.from({ length: 256 }, () => Buffer.from([0x16, 3, 1, 0, 0]))),
    NAMELESS,
  ],
];

for (const [name, bytes, expected] of rows)
  test(`the host of a ClientHello: ${name}`, () => assert.deepEqual(readClientHello(bytes), expected));

for (const [name, bytes] of [
  ['one record', hello],
  ['records of 50 bytes', inRecords(hello, 50)],
] as const)
  test(`each beginning of a ClientHello in ${name} is incomplete`, () => {
    for (let length = 0; length < bytes.length; length += 1)
      assert.deepEqual(readClientHello(bytes.subarray(0, length)), INCOMPLETE, `${length} bytes`);
  });

test('podway reads the name that OpenSSL reads if a byte of the lengths, of the codes or of the name is changed', async () => {
  const small = await clientHello({ servername: 'a.local', ecdhCurve: 'X25519', maxVersion: 'TLSv1.2' });
  let named = 0;
  // Behind the lengths of the record and of the message: OpenSSL would wait for the rest.
  for (let at = 9; at < small.length; at += 1) {
    for (const change of [1, 0x80]) {
      const bytes = Buffer.from(small);
      bytes[at] = (bytes[at] as number) ^ change;
      const seen = await openSslName(bytes);
      if (seen === undefined) continue;
      named += 1;
      assert.equal(readClientHello(bytes).name, seen, `byte ${at} is ${bytes[at]}`);
    }
  }
  assert.ok(named > 100, `${named} names`);
});

/** The name that OpenSSL reads from a ClientHello; undefined if it refuses the hello before that. */
async function openSslName(bytes: Buffer): Promise<string | undefined> {
  const [client, socket] = duplexPair();
  let name: string | undefined;
  const server = createServer({
    SNICallback: (servername, done) => {
      name = servername;
      done(null);
    },
  });
  const over = new Promise<void>((resolve) => {
    server.on('tlsClientError', () => resolve());
    client.on('data', () => resolve());
  });
  server.emit('connection', socket);
  client.write(bytes);
  await over;
  client.destroy();
  socket.destroy();
  return name;
}
