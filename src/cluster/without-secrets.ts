import type { Kinds } from './kinds.ts';
import type { ClusterSource } from './source.ts';

type PodKinds = Pick<Kinds, 'pods'>;

/** A source of pods alone. Of Secrets it says once that there are none, as none is needed: every namespace is open. */
export function withoutSecrets(source: ClusterSource<PodKinds>): ClusterSource {
  return {
    ...source,
    findSecret: undefined,
    // States and their reports are those of what is followed.
    states: () => source.states() as ReturnType<ClusterSource['states']>,
    run(handlers, signal) {
      for (const type of ['init', 'init-done'] as const)
        handlers.changed({ kind: 'secrets', event: { type }, receivedAt: performance.now() });
      return source.run(
        {
          changed: (event) => handlers.changed(event),
          state: (kind, state) => handlers.state(kind, state),
          problem: (problem) => handlers.problem(problem),
          unselected: (pods) => handlers.unselected?.(pods),
        },
        signal,
      );
    },
  };
}
