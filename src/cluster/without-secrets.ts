import type { Kinds } from './kinds.ts';
import type { ClusterSource } from './source.ts';

type PodKinds = Pick<Kinds, 'pods'>;

/** A source of pods without Secrets. It delivers an empty list of Secrets once, so every namespace is open. */
export function withoutSecrets(source: ClusterSource<PodKinds>): ClusterSource {
  return {
    ...source,
    findSecret: undefined,
    // The states and their reports are about the kinds that are followed.
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
