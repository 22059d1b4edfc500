import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Child } from '../harness/child.ts';
import type { Run } from '../harness/scenario.ts';
import { type Segment, segments } from './packets.ts';

/** Enough bytes for the headers of all layers and the first line of the payload. */
const SNAP_LENGTH = 192;
/** KiB that the kernel buffers while tcpdump waits for its core. */
const BUFFER = 65_536;
const START_TIMEOUT = 5_000;
/** Milliseconds to wait for the last packets: the kernel delivers packets in blocks, at least one block per second. */
const LAST_BLOCK = 1_500;

/**
 * Runs `action`. Returns its result and the packets that passed the loopback interface to and from `ports` meanwhile. Needs the
 * permission to capture packets.
 */
export async function capturePackets<T>(
  { cores, folder }: Run,
  ports: readonly number[],
  action: () => Promise<T>,
): Promise<{ result: T; segments: Iterable<Segment> }> {
  const file = join(folder, 'loopback.pcap');
  const filter = `tcp and (${ports.map((port) => `port ${port}`).join(' or ')}) and tcp[tcpflags] & tcp-push != 0`;
  // When root starts tcpdump, it writes as another user, who has no right to write here.
  const user = process.getuid?.() === 0 ? ['-Z', 'root'] : [];
  const options = ['-i', 'lo', '-n', '-s', `${SNAP_LENGTH}`, '-B', `${BUFFER}`, '-w', file, ...user];
  const command = ['tcpdump', ...options, '--time-stamp-precision=nano', filter];
  await using tcpdump = new Child(command, { cores });
  await untilListening(tcpdump);
  const result = await action();
  await delay(LAST_BLOCK);
  tcpdump.process.kill('SIGINT');
  await tcpdump.ended;
  const dropped = /(\d+) packets? dropped by kernel/.exec(tcpdump.stderr)?.[1];
  if (dropped !== '0') throw new Error(`tcpdump lost packets: ${tcpdump.stderr.trim()}`);
  const bytes = readFileSync(file);
  rmSync(file);
  return { result, segments: segments(bytes) };
}

async function untilListening(tcpdump: Child): Promise<void> {
  for (let waited = 0; !tcpdump.stderr.includes('listening on'); waited += 20) {
    if (!tcpdump.running || waited > START_TIMEOUT) throw new Error(`tcpdump: ${tcpdump.stderr.trim()}`);
    await delay(20);
  }
}
