import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable, rename, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../src/cluster/clock.ts';
import { ClientCa } from '../../src/control/client-ca.ts';
import { makeCertificate } from '../fixtures/certificates.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';

const authority = async (commonName: string) =>
  (await makeCertificate({ names: [], commonName, authority: true })).certificate;
const [first, second] = [await authority('first'), await authority('second')];
const leaf = (await makeCertificate({ names: ['a.x'] })).certificate;

/** A folder as kubelet mounts a Secret: a change replaces all of it in one step. */
async function mounted(text: string) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'podway-client-ca-'));
  let version = 0;
  const write = async (next: string) => {
    const name = `..v${(version += 1)}`;
    await mkdir(join(folder.path, name));
    await writeFile(join(folder.path, name, 'ca.pem'), next);
    await symlink(name, join(folder.path, '..next'));
    await rename(join(folder.path, '..next'), join(folder.path, '..data'));
  };
  await write(text);
  await symlink('..data/ca.pem', join(folder.path, 'ca.pem'));
  return { file: join(folder.path, 'ca.pem'), write, [Symbol.asyncDispose]: () => folder.remove() };
}

/** A clock that runs fast. */
const clock = {
  ...systemClock,
  now: () => systemClock.now() * 20,
  sleep: (ms: number, signal: AbortSignal) => systemClock.sleep(ms / 20, signal),
};

test('a change of a mounted file of authorities takes effect; an unusable file is reported and has no effect', async () => {
  await using folder = await mounted(first);
  const of = new ClientCa({ clientCertificates: 'require', clientCaFile: folder.file });
  assert.equal(await of.start(), undefined);
  assert.equal(of.pem, first);
  let news = Promise.withResolvers<string>();
  const next = async (): Promise<string> => {
    const reported = await withTimeout(news.promise, 'no problem is reported');
    news = Promise.withResolvers();
    return reported;
  };
  const logger = pino({ level: 'warn' }, { write: (line) => news.resolve(JSON.parse(line).msg) });
  const stop = new AbortController();
  const running = of.run({ clock, logger, changed: (pem) => news.resolve(pem) }, stop.signal);
  await folder.write(second);
  assert.equal(await next(), second);
  assert.equal(of.pem, second);
  for (const [text, expected] of [
    ['x', 'certificates of authorities (CA:TRUE) in PEM'],
    [first, undefined],
    [`${first}${second.slice(0, 100)}`, 'certificates of authorities (CA:TRUE) in PEM'],
    [second, undefined],
    [leaf, 'certificates of authorities (CA:TRUE) in PEM'],
  ] as const) {
    const before = of.pem;
    await folder.write(text);
    const reported = await next();
    if (expected === undefined) assert.equal(reported, text);
    else {
      assert.equal(
        reported,
        `CLIENT_CA_FILE=${JSON.stringify(folder.file)}: expected ${expected}; the certificates that were read before stay in use`,
      );
      assert.equal(of.pem, before);
    }
  }
  stop.abort();
  await running;
});

test('podway does not start with a file of authorities that it cannot use', async () => {
  await using folder = await mounted(leaf);
  const reported = (clientCertificates: 'off' | 'request', clientCaFile: string) =>
    new ClientCa({ clientCertificates, clientCaFile }).start();
  assert.match((await reported('request', folder.file)) ?? '', /: expected certificates of authorities/);
  assert.match(
    (await reported('request', `${folder.file}.not`)) ?? '',
    /: expected a file that can be read \(ENOENT\)$/,
  );
  assert.equal(await reported('off', ''), undefined);
});
