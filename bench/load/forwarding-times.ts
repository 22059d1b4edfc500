import type { Segment } from './packets.ts';
import { Percentiles } from './percentiles.ts';

/** The times at which the parts of an exchange passed the interface. */
interface ExchangeTimes {
  readonly arrived: number;
  sent: number;
  answered: number;
}

/**
 * The time of exchanges inside a proxy: from the packet of the request to the packet that carries it to the pod, and from the
 * packet of the pod's answer to the packet that carries it to the client. This excludes delays of the load program and the
 * pod. The query of each target is the number of the request; a connection carries one exchange at a time.
 */
export function forwardingTimes(segments: Iterable<Segment>, proxy: number, origin: number): Percentiles {
  const exchanges = new Map<string, ExchangeTimes>();
  /**
   * The current exchange of each client port, and of each port of the proxy to the pod. Both sides may use the same number.
   */
  const clients = new Map<number, string>();
  const pods = new Map<number, string>();
  const times = new Percentiles();
  for (const { time, from, to, head } of segments) {
    const current = to === proxy || from === proxy ? clients : pods;
    const number = numberOf(head) ?? current.get(to) ?? '';
    const exchange = exchanges.get(number);
    if (to === proxy) {
      clients.set(from, number);
      exchanges.set(number, { arrived: time, sent: 0, answered: 0 });
    } else if (exchange === undefined) {
      continue;
    } else if (to === origin) {
      pods.set(from, number);
      exchange.sent = time;
    } else if (from === origin) {
      exchange.answered = time;
    } else if (from === proxy && exchange.answered > 0) {
      times.add(exchange.sent - exchange.arrived + (time - exchange.answered));
      exchanges.delete(number);
    }
  }
  return times;
}

function numberOf(head: string): string | undefined {
  return /^GET \S*\?(\d+) HTTP/.exec(head)?.[1];
}
