import type { Runtime } from './runtime.ts';

/** A terminal that is closed ends the command; a router in a cluster has none, and ignores SIGHUP. */
export function endingWithTerminal(runtime: Runtime): Runtime {
  return {
    ...runtime,
    onSignal: (signal, listener) => {
      if (signal === 'SIGHUP') return;
      runtime.onSignal(signal, listener);
      if (signal === 'SIGTERM') runtime.onSignal('SIGHUP', listener);
    },
  };
}
