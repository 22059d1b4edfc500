import { BlockList, isIPv6 } from 'node:net';
import type { Pod } from './pod.ts';
import type { RejectionReason } from './rejection.ts';

/** Rules for the pod addresses to which podway connects. */
export interface PodAddressRules {
  /** Accept only addresses that a pod of a cluster can have. */
  readonly cluster: boolean;
  /** Accept also pods with `hostNetwork`. */
  readonly hostNetwork: boolean;
  /** podway's own addresses, and the ports on which it listens there. */
  readonly own: { readonly addresses: readonly string[]; readonly ports: readonly number[] };
}

/**
 * Addresses that mean another machine on every machine, or no single machine: RFC 1122 section 3.2.1.3, RFC 3927, RFC 5771;
 * RFC 4291 sections 2.4 and 2.5.5.1. `BlockList` checks IPv4-mapped addresses (`::ffff:127.0.0.1`) by the IPv4 rules.
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
  readonly rejected: readonly { readonly address: string; readonly reason: RejectionReason }[];
}

/** Decides to which addresses of pods podway may connect. */
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

  /** The addresses at which podway may connect to this port of the pod, and why it may not use the others. */
  judge({ ip, secondIp, hostNetwork }: Pod, port: number): JudgedAddresses {
    const allowed: string[] = [];
    const rejected: { address: string; reason: RejectionReason }[] = [];
    for (const address of [ip, secondIp]) {
      if (address === undefined) continue;
      const reason =
        hostNetwork && !this.#rules.hostNetwork ? 'host-network' : this.#rejection(address, port);
      if (reason === undefined) allowed.push(address);
      else rejected.push({ address, reason });
    }
    return { allowed, rejected };
  }

  #rejection(address: string, port: number): RejectionReason | undefined {
    const { cluster, own } = this.#rules;
    if (!cluster) return undefined;
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (this.#noPod.check(address, family)) return 'address-of-no-pod';
    // Only podway's own ports are rejected: with hostNetwork, another pod may have the same address as podway.
    return own.ports.includes(port) && this.#own.check(address, family) ? 'address-of-podway' : undefined;
  }
}
