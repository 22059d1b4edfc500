import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../src/cluster/clock.ts';
import { readCertificateFiles } from '../../src/control/certificate-files.ts';
import { CertificateKeeper } from '../../src/control/certificate-keeper.ts';
import { readAuthorities, unusablePlace } from '../../src/control/certificate-places.ts';
import { ChainTrust } from '../../src/control/chain-trust.ts';
import { MAX_TEXT_LENGTH } from '../../src/wiring/tls-secret.ts';
import { certificateFor, CertificateScene, tlsSecret } from '../inventory/certificate-scene.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';

/** A folder that is deleted after the test. */
async function folderOf(files: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), 'podway-certificates-'));
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return { path, write, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function inWords(folder: string): Promise<string[]> {
  const { sources } = await readCertificateFiles(folder);
  return sources.map(({ name, pairs }) => {
    return [name, ...pairs.map((it) => `${it.name}=${it.chain ?? '-'}/${it.key ?? '-'}`)].join(' ');
  });
}

test('pairs of files, and sub-folders of pairs', async () => {
  await using folder = await folderOf({
    'shop.crt': 'c1',
    'shop.key': 'k1',
    'alone.crt': 'c2',
    'default/tls.crt': 'c3',
    'default/tls.key': 'k3',
    'default/rsa.crt': 'c4',
    'default/rsa.key': 'k4',
    'default/ca.crt': 'issuer',
    'default/notes.txt': 'x',
    'empty/notes.txt': 'x',
    'ca.crt': 'issuer',
    '.hidden.crt': 'x',
    'README.md': 'x',
  });
  assert.deepEqual(await inWords(folder.path), [
    'alone alone=c2/-',
    'default rsa=c4/k4 tls=c3/k3',
    'shop shop=c1/k1',
  ]);
});

test('podway reads only as much of a large file as shows that it is too long', async () => {
  await using folder = await folderOf({ 'a.crt': 'x'.repeat(2 ** 20), 'a.key': 'k' });
  const { sources } = await readCertificateFiles(folder.path);
  assert.equal(sources[0]?.pairs[0]?.chain?.length, MAX_TEXT_LENGTH + 1);
});

test('podway reads a thousand names at most, and counts the others', async () => {
  const names = Array.from({ length: 1_002 }, (_, at) => `n${at}.crt`);
  await using folder = await folderOf(Object.fromEntries(names.map((name) => [name, 'c'])));
  const { sources, further } = await readCertificateFiles(folder.path);
  assert.deepEqual([sources.length, further], [1_000, 2]);
});

/** A volume as kubelet mounts a Secret, which replaces all its files in one step. */
async function mounted(
  path: string,
  files: Readonly<Record<string, string>>,
  version: string,
): Promise<void> {
  const target = join(path, `..${version}`);
  await mkdir(target);
  for (const [name, text] of Object.entries(files)) await writeFile(join(target, name), text);
  await symlink(`..${version}`, join(path, '..new'));
  await rename(join(path, '..new'), join(path, '..data'));
}

test('a mounted Secret is read again when it is replaced during the read', async () => {
  await using folder = await folderOf({});
  await mounted(folder.path, { 'tls.crt': 'c0', 'tls.key': 'k0' }, '0');
  for (const name of ['tls.crt', 'tls.key']) await symlink(`..data/${name}`, join(folder.path, name));
  let version = 0;
  let done = false;
  const exchange = async () => {
    while (!done) {
      version += 1;
      const files = { 'tls.crt': `c${version}`, 'tls.key': `k${version}` };
      await mounted(folder.path, files, String(version));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const exchanging = exchange();
  try {
    while (version < 20) {
      const [pair = ''] = await inWords(folder.path);
      assert.match(pair, /^tls tls=c(\d+)\/k\1$/, 'a certificate with the key of the same version');
    }
  } finally {
    done = true;
    await exchanging;
  }
});

const first = await certificateFor('*.x');
const renewed = await certificateFor('*.x', { commonName: 'renewed' });

test('a folder that changes serves the new certificate; an unreadable file has no effect', async () => {
  await using folder = await folderOf({ 'default.crt': first.chain, 'default.key': first.key });
  const scene = new CertificateScene();
  const lines: string[] = [];
  let wake: () => void = () => undefined;
  const stop = new AbortController();
  const { certificates = assert.fail() } = scene.inventory;
  const keeper = new CertificateKeeper({
    certificates,
    folder: folder.path,
    trust: () => new ChainTrust(undefined),
    clock: {
      ...systemClock,
      now: () => systemClock.now() * 20,
      sleep: (ms, it) => systemClock.sleep(ms / 20, it),
    },
    logger: pino({}, { write: (line) => lines.push(line) }),
    changed: () => {
      scene.publish();
      wake();
    },
  });
  const serves = (chain: string) =>
    withTimeout(
      (async () => {
        while (scene.served('a.x')[0] !== chain) await new Promise<void>((resolve) => (wake = resolve));
      })(),
      () => JSON.stringify([scene.served('a.x'), lines]),
    );
  assert.equal(keeper.ready, false);
  const running = keeper.run(stop.signal);
  await serves(first.chain);
  assert.equal(keeper.ready, true);
  await folder.write('default.crt', renewed.chain);
  await folder.write('default.key', renewed.key);
  await serves(renewed.chain);
  await rename(folder.path, `${folder.path}-away`);
  await withTimeout(
    (async () => {
      while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    })(),
    () => 'no line is logged',
  );
  assert.match(
    lines[0] ?? '',
    /the folder of certificates cannot be read \(ENOENT\); what was read of it stays/,
  );
  assert.deepEqual(scene.served('a.x'), [renewed.chain]);
  await rename(`${folder.path}-away`, folder.path);
  await folder.write('default/tls.crt', first.chain);
  await folder.write('default/tls.key', first.key);
  await rm(join(folder.path, 'default.crt'));
  await rm(join(folder.path, 'default.key'));
  await serves(first.chain);
  stop.abort();
  await running;
});

/** A keeper without a folder, whose alarms are recorded. */
function keeperOf(scene: CertificateScene, trust: () => ChainTrust, now = () => 0) {
  const alarms: { readonly ms: number; readonly ring: () => void; cancelled: boolean }[] = [];
  let wake: () => void = () => undefined;
  const keeper: CertificateKeeper = new CertificateKeeper({
    certificates: scene.inventory.certificates ?? assert.fail(),
    folder: '',
    trust,
    clock: {
      ...systemClock,
      now,
      alarm: (ms, ring) => {
        const alarm = { ms, ring, cancelled: false };
        alarms.push(alarm);
        return () => {
          alarm.cancelled = true;
        };
      },
    },
    logger: pino({ level: 'silent' }),
    changed: () => {
      scene.publish();
      keeper.settled();
      wake();
    },
  });
  const changed = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  return { keeper, alarms, changed };
}

test('a chain below a wildcard of the operator is verified once', async () => {
  const root = await certificateFor('root', { authority: true });
  const trusted = await certificateFor('a.x', { signedBy: root });
  const scene = new CertificateScene(['one: a.x', 'two: a.x']);
  scene
    .files({ wild: first })
    .secrets(tlsSecret('one', trusted), tlsSecret('two', await certificateFor('a.x')));
  const { keeper, changed } = keeperOf(scene, () => new ChainTrust(root.certificate));
  assert.equal(keeper.ready, true, 'there is no folder to read');
  assert.deepEqual(scene.served('a.x'), [first.chain]);
  keeper.settled();
  keeper.settled();
  await withTimeout(changed(), 'no chain is verified');
  await withTimeout(changed(), 'one chain is not verified');
  assert.deepEqual(scene.served('a.x'), [trusted.chain]);
});

test('chains are verified again after twelve hours, with the authorities of that time; until then the served certificates stay', async () => {
  const root = await certificateFor('root', { authority: true });
  const trusted = await certificateFor('a.x', { signedBy: root });
  const scene = new CertificateScene(['one: a.x']);
  scene.files({ wild: first }).secrets(tlsSecret('one', trusted));
  let authorities: string | undefined = root.certificate;
  let now = 0;
  const { keeper, changed } = keeperOf(
    scene,
    () => new ChainTrust(authorities),
    () => now,
  );
  keeper.settled();
  await withTimeout(changed(), 'no chain is verified');
  assert.deepEqual(scene.served('a.x'), [trusted.chain]);
  authorities = undefined;
  now = 12 * 3_600_000;
  keeper.settled();
  scene.publish();
  assert.deepEqual(scene.served('a.x'), [trusted.chain]);
  await withTimeout(changed(), 'the chain is not verified again');
  assert.deepEqual(scene.served('a.x'), [first.chain]);
});

test('podway checks certificates when one ends, and once an hour until then, since clocks can be set', async () => {
  const scene = new CertificateScene(['one: a.x']);
  const { keeper, alarms } = keeperOf(scene, () => new ChainTrust(undefined));
  keeper.settled();
  assert.equal(alarms.length, 0, 'no certificate will end');
  const ends = Math.ceil(Date.now() / 1_000) * 1_000 + 60_000;
  scene.now = Date.now();
  scene.secrets(tlsSecret('one', await certificateFor('a.x', { notAfter: new Date(ends).toISOString() })));
  keeper.settled();
  assert.ok((alarms[0]?.ms ?? 0) > 50_000 && (alarms[0]?.ms ?? 0) <= 61_001, `${alarms[0]?.ms}`);
  scene.secrets(tlsSecret('one', first));
  scene.now = ends + 1;
  alarms[0]?.ring();
  assert.equal(alarms[0]?.cancelled, true);
  assert.equal(alarms.at(-1)?.ms, 3_600_000);
});

test('after its end podway waits for the end of no certificate, so that the process can exit', async () => {
  const scene = new CertificateScene(['one: a.x']);
  const { keeper, alarms } = keeperOf(scene, () => new ChainTrust(undefined));
  scene.secrets(tlsSecret('one', first));
  const stop = new AbortController();
  const running = keeper.run(stop.signal);
  keeper.settled();
  stop.abort();
  await running;
  keeper.settled();
  assert.deepEqual(
    alarms.map(({ cancelled }) => cancelled),
    [true],
  );
});

test('files that settings name must exist', async () => {
  await using folder = await folderOf({ 'ca.pem': first.certificate, 'bad.pem': 'x' });
  const place = (more: object) =>
    unusablePlace({ tlsPort: 1, tlsCertificates: '', tlsTenantCaFile: '', ...more });
  const file = (name: string) => join(folder.path, name);
  assert.equal(place({ tlsCertificates: folder.path, tlsTenantCaFile: file('ca.pem') }), undefined);
  assert.equal(readAuthorities(file('ca.pem')), first.certificate);
  assert.match(
    place({ tlsCertificates: file('none') }) ?? '',
    /^TLS_CERTIFICATES=".*none": expected a folder$/,
  );
  assert.match(place({ tlsCertificates: file('ca.pem') }) ?? '', /expected a folder$/);
  for (const name of ['none', 'bad.pem'])
    assert.match(
      place({ tlsTenantCaFile: file(name) }) ?? '',
      /^TLS_TENANT_CA_FILE=".*": expected a file of CA/,
    );
  assert.equal(
    place({ tlsPort: 'none', tlsCertificates: file('none') }),
    undefined,
    'no certificate is checked',
  );
});
