import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { digest, patternOf } from '../fixtures/pattern.ts';
import { ask, echo, named } from './forward-clients.ts';
import { ForwardScene } from './forward-scene.ts';

/** A pod's program: after the first bytes of a client it sends this many bytes, then ends. */
function sends(bytes: number): (socket: Socket) => void {
  const piece = Buffer.alloc(65_536, 'x');
  return (socket) => {
    let left = bytes;
    const more = () => {
      while (left > 0 && !socket.destroyed) {
        const part = piece.subarray(0, Math.min(left, piece.length));
        left -= part.length;
        if (!socket.write(part)) return;
      }
      if (left <= 0) socket.end();
    };
    socket.once('data', more).on('drain', more);
  };
}

/** This many clients disconnect during a download, half of them by a reset: afterwards no stream of them is open. */
export async function checkDisconnectingClients(count: number): Promise<void> {
  await using scene = await ForwardScene.start({ overTls: true });
  await scene.pod('web', sends(50_000_000));
  const { local, stderr } = await scene.forward('web', `:${scene.port}`);
  const [port = 0] = local;
  for (let at = 0; at < count; at += 20) {
    const batch = Array.from({ length: Math.min(20, count - at) }, async (_, index) => {
      const client = net.connect(port, '127.0.0.1');
      client.write('GET');
      await withTimeout(once(client, 'data'), 'the first bytes');
      if (index % 2 === 0) client.destroy();
      else client.resetAndDestroy();
    });
    await Promise.all(batch);
  }
  await Promise.all(
    scene.api
      .streams('pods/portforward')
      .map(({ socket }) => withTimeout(socket.closed, 'the end of a stream')),
  );
  assert.equal((await ask(port, 'GET', { enough: 1_000_000 })).text.length >= 1_000_000, true);
  assert.equal(stderr(), '');
}

/**
 * This many pods of a Deployment are replaced one after the other while clients connect all the time: no connection
 * fails.
 */
export async function checkReplacedPods(count: number): Promise<void> {
  await using scene = await ForwardScene.start({ overTls: true });
  scene.own('Deployment', 'web');
  const labels = { app: 'web' };
  const pods = [];
  for (const name of ['web-1', 'web-2', 'web-3']) pods.push(await scene.pod(name, named(name), { labels }));
  const { local, stderr } = await scene.forward('deploy/web', `:${scene.port}`);
  const [port = 0] = local;
  const seen = new Set<string>();
  let answers = 0;
  let news = Promise.withResolvers<void>();
  let goesOn = true;
  const connectAgain = async (): Promise<void> => {
    while (goesOn) {
      const { text, ending } = await ask(port, 'who');
      assert.match(text, /^web-\d+$/, `ended by ${ending}: ${stderr()}`);
      assert.equal(ending, 'fin');
      seen.add(text);
      answers += 1;
      news.resolve();
      news = Promise.withResolvers();
    }
  };
  const further = async (more: number): Promise<void> => {
    for (const total = answers + more; answers < total; )
      await withTimeout(Promise.race([news.promise, clients]), 'answers');
  };
  const clients = Promise.all([connectAgain(), connectAgain(), connectAgain()]);
  for (let at = 4; at < 4 + count; at++) {
    const name = `web-${at}`;
    pods.push(await scene.pod(name, named(name), { labels, condition: 'unready' }));
    scene.change(name, { labels });
    await further(2);
    // Like a pod that is deleted: it accepts no more connections before podway can know about the deletion.
    const old = pods.shift();
    old?.server?.close();
    if (old !== undefined) scene.change(old.name, { labels, condition: 'terminating' });
    await further(2);
    if (old !== undefined) scene.delete(old.name);
  }
  goesOn = false;
  await clients;
  assert.ok(seen.size > count / 2, `clients reached ${seen.size} pods`);
  assert.equal(stderr(), '');
}

/**
 * One client does not read while others download: these get their bytes, and the first client gets all of its bytes
 * later.
 */
export async function checkStalledClient(others: number): Promise<void> {
  await using scene = await ForwardScene.start({ overTls: true });
  const size = 8_000_000;
  await scene.pod('web', sends(size));
  const { local } = await scene.forward('web', `:${scene.port}`);
  const [port = 0] = local;
  const slow = net.connect(port, '127.0.0.1');
  slow.write('GET');
  await withTimeout(once(slow, 'readable'), 'the first bytes');
  const enough = 2_000_000;
  const all = await Promise.all(Array.from({ length: others }, () => ask(port, 'GET', { enough })));
  for (const { text } of all) assert.ok(text.length >= enough);
  let got = 0;
  for await (const piece of slow as AsyncIterable<Buffer>) got += piece.length;
  assert.equal(got, size);
}

/**
 * This many clients send different bytes at the same time, and each gets exactly its own bytes back, although
 * connections share buffers. Every second client reads slowly.
 */
export async function echoAtOnce(count: number, overTls: boolean): Promise<void> {
  await using scene = await ForwardScene.start({ overTls });
  await scene.pod('web', echo);
  const { local, stderr } = await scene.forward('web', `:${scene.port}`);
  const [port = 0] = local;
  const clients = Array.from({ length: count }, async (_, index) => {
    const size = 1_000_000;
    const sent = patternOf(`client ${index}`, size);
    const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    // Small and large writes, so that frames and reads of all sizes occur.
    const writing = (async () => {
      for (let at = 0, piece = 1; at < size; at += piece, piece = ((piece * 7) % 90_001) + 1)
        if (!client.write(sent.subarray(at, at + piece))) await once(client, 'drain');
    })();
    const got: Buffer[] = [];
    let length = 0;
    client.on('data', (bytes: Buffer) => {
      got.push(bytes);
      length += bytes.length;
      if (length >= size) client.end();
      else if (index % 2 === 1) {
        client.pause();
        setTimeout(() => client.resume(), 1);
      }
    });
    await withTimeout(once(client, 'end'), () => `the end of client ${index} after ${length} bytes`);
    await writing;
    assert.equal(digest(Buffer.concat(got)), digest(sent), `client ${index}`);
  });
  await Promise.all(clients);
  assert.equal(stderr(), '');
}
