import type { Runtime } from './runtime.ts';

/** A runtime whose SIGHUP ends the command, since it means that the terminal was closed. A router in a cluster ignores SIGHUP. */
export function endOnHangup(runtime: Runtime): Runtime {
  return {
    ...runtime,
    onSignal: (signal, listener) => {
      if (signal === 'SIGHUP') return;
      runtime.onSignal(signal, listener);
      if (signal === 'SIGTERM') runtime.onSignal('SIGHUP', listener);
    },
  };
}
