import { counted } from '../wiring/counted.ts';
import type { Machine } from './machine.ts';
import type { Config } from './table.ts';

const MEBIBYTE = 2 ** 20;
/** Bytes that the process uses without workers: Node.js, the Kubernetes client, the main thread's table of some ten thousand pods. */
const MAIN_THREAD = 192 * MEBIBYTE;
/** Minimum JavaScript heap of a worker in bytes, enough for a large table and thousands of clients. */
const MIN_HEAP = 64 * MEBIBYTE;
/** Maximum JavaScript heap of a worker in bytes: V8's own default limit. */
const MAX_HEAP = 4_096 * MEBIBYTE;

type ThreadConfig = Pick<Config, 'workers' | 'proxyBufferMemory' | 'requestMemory'>;
type ThreadMachine = Pick<Machine, 'cores' | 'memory'>;

/**
 * Number of worker threads. `auto`: one for each core that the process may use, but no more than fit into its memory with all
 * their buffers full.
 */
export function workerCount(config: ThreadConfig, { cores, memory }: ThreadMachine): number {
  if (config.workers !== 'auto') return config.workers;
  const carried = (memory - MAIN_THREAD) / (buffersOf(config) + MIN_HEAP);
  return Math.max(1, Math.floor(Math.min(cores, carried)));
}

/**
 * Maximum size of a worker's old generation, in bytes: its share of the memory that the buffers and the main thread leave. By
 * default, V8 allows every thread as much as if it were the only one. All threads together would then exceed the container's
 * memory before one of them collects garbage or sheds load (`SHED_AT_HEAP`).
 */
export function workerHeap(config: ThreadConfig, machine: ThreadMachine): number {
  const share = (machine.memory - MAIN_THREAD) / workerCount(config, machine) - buffersOf(config);
  return Math.max(MIN_HEAP, Math.min(MAX_HEAP, share));
}

/** A message with the needed memory; undefined if the memory is enough for all threads with their buffers full. */
export function memoryShortage(config: ThreadConfig, machine: ThreadMachine): string | undefined {
  const workers = workerCount(config, machine);
  const needed = MAIN_THREAD + workers * (buffersOf(config) + MIN_HEAP);
  if (needed <= machine.memory) return undefined;
  const most = `${inMebibytes(needed)} for ${counted(workers, 'worker')} with all their buffers full`;
  const remedy = 'raise the limit, or lower WORKERS, PROXY_BUFFER_MEMORY or REQUEST_MEMORY';
  return `memory is limited to ${inMebibytes(machine.memory)}, less than ${most}: ${remedy}`;
}

function buffersOf({ proxyBufferMemory, requestMemory }: ThreadConfig): number {
  return proxyBufferMemory + requestMemory;
}

function inMebibytes(size: number): string {
  return `${Math.round(size / MEBIBYTE)} MiB`;
}
