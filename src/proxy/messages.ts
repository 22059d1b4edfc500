import type { RouteDelta } from '../routing/delta.ts';
import type { CounterSnapshot } from './counters.ts';
import type { DataPlaneSettings } from './settings.ts';

/** What a worker thread is started with. */
export interface WorkerData {
  readonly worker: number;
  readonly settings: DataPlaneSettings;
}

/** Main thread to worker. */
export type ToWorker =
  | { readonly type: 'delta'; readonly delta: RouteDelta }
  | { readonly type: 'snapshot'; readonly id: number }
  /** Stop accepting, finish what runs, end the rest after the drain timeout, then say `drained`. */
  | { readonly type: 'drain' };

/** Worker to main thread. */
export type FromWorker =
  | { readonly type: 'listening'; readonly address: string; readonly port: number }
  | { readonly type: 'listen-failed'; readonly code: string; readonly message: string }
  /** The table of this revision is live here. */
  | { readonly type: 'applied'; readonly revision: number }
  | { readonly type: 'snapshot'; readonly id: number; readonly snapshot: CounterSnapshot }
  /** `cut`: exchanges and tunnels that the drain timeout ended. */
  | { readonly type: 'drained'; readonly cut: number };
