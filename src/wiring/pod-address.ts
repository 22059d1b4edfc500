import { BlockList, isIPv6 } from 'node:net';
import type { Pod } from './pod.ts';
import type { RejectionReason } from './rejection.ts';

/** Which addresses podway connects to because a pod says that it is there. */
export interface PodAddressRules {
  /** Only such as a pod of a cluster can have. */
  readonly cluster: boolean;
  /** Pods on the network of their node, too. */
  readonly hostNetwork: boolean;
  /** Addresses at which podway itself can be reached, and the ports on which it listens there. */
  readonly own: { readonly addresses: readonly string[]; readonly ports: readonly number[] };
}

/**
 * Means something else on every machine, or no particular machine. RFC 1122 section 3.2.1.3, RFC 3927, RFC 5771; RFC 4291
 * sections 2.4 and 2.5.5.1. IPv4 addresses that are written as IPv6 (`::ffff:127.0.0.1`) are found by the IPv4 rules.
 */
const NO_POD: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['255.255.255.255', 32, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

export interface JudgedAddresses {
  /** In the pod's order. */
  readonly allowed: readonly string[];
  readonly refused: readonly { readonly address: string; readonly reason: RejectionReason }[];
}

/** Distinguishes addresses of pods from others. */
export class PodAddresses {
  readonly #rules: PodAddressRules;
  readonly #noPod = new BlockList();
  readonly #own = new BlockList();

  constructor(rules: PodAddressRules) {
    this.#rules = rules;
    for (const subnet of NO_POD) this.#noPod.addSubnet(...subnet);
    for (const address of rules.own.addresses)
      this.#own.addAddress(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  /** Which of its addresses a port of the pod is reached at, and why not at the others. */
  judge({ ip, secondIp, hostNetwork }: Pod, port: number): JudgedAddresses {
    const allowed: string[] = [];
    const refused: { address: string; reason: RejectionReason }[] = [];
    for (const address of [ip, secondIp]) {
      if (address === undefined) continue;
      const reason = hostNetwork && !this.#rules.hostNetwork ? 'host-network' : this.#refusal(address, port);
      if (reason === undefined) allowed.push(address);
      else refused.push({ address, reason });
    }
    return { allowed, refused };
  }

  #refusal(address: string, port: number): RejectionReason | undefined {
    const { cluster, own } = this.#rules;
    if (!cluster) return undefined;
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (this.#noPod.check(address, family)) return 'address-of-no-pod';
    // Another pod may share the network of the node with podway.
    return own.ports.includes(port) && this.#own.check(address, family) ? 'address-of-podway' : undefined;
  }
}
