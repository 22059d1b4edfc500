// npm run rig: long tests and searches (docs/rigs.md).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { machine } from '../fixtures/load/figures.ts';
import { type Rig, rigsNamed, rigsTable } from './rigs.ts';

/**
 * The kernel doubles the size that a program requests for a socket. With these sizes a stalled connection holds 16 KiB
 * in each queue.
 */
const SMALL_QUEUES = `ip link set lo up
for it in tcp_rmem tcp_wmem; do echo 4096 8192 16384 > /proc/sys/net/ipv4/$it; done
exec "$@"`;

const USAGE = `npm run rig -- NAME        runs one long test or search; the first letters of a name are enough
npm run rig -- --list      all names, and the parameters of each: environment variables
npm run rig -- --help      this text`;

async function run(rig: Rig): Promise<number> {
  const file = new URL(`../${rig.file}`, import.meta.url).pathname;
  const node = [process.execPath, '--test', '--test-reporter=spec', file];
  const isRoot = process.getuid?.() === 0;
  const line =
    rig.smallQueues === true && isRoot
      ? ['unshare', '--net', 'sh', '-ec', SMALL_QUEUES, 'sh', ...node]
      : node;
  const [command = '', ...args] = line;
  console.log(`${rig.name} on ${machine()}`);
  const child = spawn(command, args, { stdio: 'inherit', env: { ...rig.size, ...process.env } });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const asked = process.argv[2];
if (asked === '--help' || asked === '-h') {
  console.log(USAGE);
} else if (asked === '--list') {
  process.stdout.write(rigsTable());
} else {
  const chosen = asked === undefined ? [] : rigsNamed(asked);
  if (chosen.length === 0) {
    console.error(asked === undefined ? USAGE : `no rig ${asked}\n${USAGE}`);
    process.exitCode = 2;
  }
  for (const rig of chosen) process.exitCode = Math.max(Number(process.exitCode ?? 0), await run(rig));
}
