import type { Machine } from './machine.ts';
import type { Config } from './table.ts';

const MEBIBYTE = 2 ** 20;
/** Bytes of everything but workers: Node.js, the Kubernetes client, the main thread's table of some ten thousand pods. */
const MAIN_THREAD = 192 * MEBIBYTE;
/** Bytes of JavaScript heap with which a worker has room for a large table and thousands of clients. */
const LEAST_HEAP = 64 * MEBIBYTE;
/** What V8 takes at most by itself. */
const MOST_HEAP = 4_096 * MEBIBYTE;

type ThreadConfig = Pick<Config, 'workers' | 'proxyBufferMemory' | 'requestMemory'>;
type ThreadMachine = Pick<Machine, 'cores' | 'memory'>;

/**
 * Data-plane threads. `auto`: one for each core that the process may use, but no more than its memory carries with all
 * their buffers full.
 */
export function workerCount(config: ThreadConfig, { cores, memory }: ThreadMachine): number {
  if (config.workers !== 'auto') return config.workers;
  const carried = (memory - MAIN_THREAD) / (buffersOf(config) + LEAST_HEAP);
  return Math.max(1, Math.floor(Math.min(cores, carried)));
}

/**
 * Bytes of old generation for one worker: its share of what the buffers and the main thread leave. V8 would give every
 * thread as much as if it were alone, so that all of them together outgrow the container before one of them collects
 * garbage or sheds load (`SHED_AT_HEAP`).
 */
export function workerHeap(config: ThreadConfig, machine: ThreadMachine): number {
  const share = (machine.memory - MAIN_THREAD) / workerCount(config, machine) - buffersOf(config);
  return Math.max(LEAST_HEAP, Math.min(MOST_HEAP, share));
}

/** Undefined when the memory carries all threads with their buffers full; else what it would take. */
export function memoryShortage(config: ThreadConfig, machine: ThreadMachine): string | undefined {
  const workers = workerCount(config, machine);
  const needed = MAIN_THREAD + workers * (buffersOf(config) + LEAST_HEAP);
  if (needed <= machine.memory) return undefined;
  const most = `${inMebibytes(needed)} for ${workers} workers with all their buffers full`;
  const remedy = 'raise the limit, or lower WORKERS, PROXY_BUFFER_MEMORY or REQUEST_MEMORY';
  return `memory is limited to ${inMebibytes(machine.memory)}, less than ${most}: ${remedy}`;
}

function buffersOf({ proxyBufferMemory, requestMemory }: ThreadConfig): number {
  return proxyBufferMemory + requestMemory;
}

function inMebibytes(size: number): string {
  return `${Math.round(size / MEBIBYTE)} MiB`;
}
