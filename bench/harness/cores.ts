import { availableParallelism } from 'node:os';

/** Which CPUs proxies run on, and which ones load and origin share. */
export interface Cores {
  readonly proxy: string;
  readonly load: string;
}

/** On a machine of one core everything shares it: then only CPU per request means anything. */
export const APART: Cores = { proxy: '0', load: availableParallelism() > 1 ? '1' : '0' };

/** Everything on both: for what several workers cost, where no core is left for the load alone. */
export const TOGETHER: Cores =
  availableParallelism() > 1 ? { proxy: '0,1', load: '0,1' } : { proxy: '0', load: '0' };
