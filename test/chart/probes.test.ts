import assert from 'node:assert/strict';
import type { V1Container, V1Probe } from '@kubernetes/client-node';
import { workloads } from './check-release.ts';
import { chartTest, render } from './release.ts';

/** Seconds after the start of the container. */
interface Start {
  /** From this time on the admin port answers, and `/healthz` answers 200. */
  readonly listens: number;
  /** From this time on `/readyz` answers 200. */
  readonly ready: number;
}

interface Seen {
  /** Probes that failed: each is an Event of type Warning, regardless of the threshold. */
  readonly events: readonly string[];
  /** When the pod gets traffic, or the container is killed. */
  readonly ready: number | undefined;
  readonly killed: number | undefined;
}

/**
 * The kubelet's use of the probes (pkg/kubelet/prober/worker.go): no probe before its initialDelaySeconds, then one
 * each period; the other probes start only after the startup probe has succeeded, and then immediately.
 */
function kubelet({ startupProbe, readinessProbe }: V1Container, start: Start): Seen {
  const events: string[] = [];
  let failures = 0;
  let started = startupProbe === undefined;
  let next = 0;
  for (let now = 0; now < 300; now += 1) {
    const probe = started ? readinessProbe : startupProbe;
    assert.ok(probe);
    if (now < next || now < (probe.initialDelaySeconds ?? 0)) continue;
    next = now + (probe.periodSeconds ?? 10);
    if (succeeds(probe, start, now)) {
      if (started) return { events, ready: now, killed: undefined };
      started = true;
      next = now + 1;
    } else {
      events.push(`${started ? 'Readiness' : 'Startup'} probe failed at ${now}`);
      failures += 1;
      if (!started && failures >= (probe.failureThreshold ?? 3))
        return { events, ready: undefined, killed: now };
    }
  }
  return { events, ready: undefined, killed: undefined };
}

function succeeds({ httpGet }: V1Probe, { listens, ready }: Start, now: number): boolean {
  return now >= (httpGet?.path === '/readyz' ? ready : listens);
}

chartTest(
  'no probe fails during a start as slow as on a busy node, and traffic begins with readiness',
  async (tools) => {
    const [workload] = workloads(await render(tools, {}));
    assert.ok(workload);
    const { container } = workload;
    // Measured on an idle machine, and at a share of 250m; a start needs 1.1 s of CPU.
    for (const start of [
      { listens: 0.6, ready: 1.1 },
      { listens: 4, ready: 4.9 },
    ]) {
      const { events, ready } = kubelet(container, start);
      assert.deepEqual(events, []);
      assert.ok(ready !== undefined && ready <= 6);
    }
    // The first list takes longer: no traffic before, and no restart.
    const slow = kubelet(container, { listens: 2, ready: 33 });
    assert.ok(slow.ready !== undefined && slow.ready >= 33 && slow.ready <= 38);
    // The API server is not reachable at the start: podway waits for it.
    const away = kubelet(container, { listens: 1, ready: Number.POSITIVE_INFINITY });
    assert.deepEqual([away.ready, away.killed], [undefined, undefined]);
    // The kubelet restarts a process that hangs.
    const hung = kubelet(container, { listens: Number.POSITIVE_INFINITY, ready: Number.POSITIVE_INFINITY });
    assert.ok(hung.killed !== undefined && hung.killed >= 60);
  },
);
