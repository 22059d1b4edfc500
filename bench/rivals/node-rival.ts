import { type Agent as NodeAgent, Agent } from 'node:http';
import { npm, type Program } from '../harness/programs.ts';
import {
  type Capability,
  type Launch,
  type SocketAddress,
  type Rival,
  type Setup,
  authority,
} from '../harness/rival.ts';

/** The settings for the process of a Node library. */
export interface NodeSetup {
  readonly listen: SocketAddress;
  /** Base URL of the origin, without a trailing slash. */
  readonly target: string;
  readonly hosts: readonly string[];
  /** The folder of the certificate for clients; undefined: no TLS. */
  readonly tls: string | undefined;
}

export interface NodeRivalOptions {
  readonly description: string;
  readonly packages: readonly string[];
  readonly capabilities: readonly Capability[];
  /** The rival's own file, which serves when it is the main module. */
  readonly file: string;
}

/** A rival that is a Node library and runs on the same Node as podway. */
export function nodeRival(
  name: string,
  { description, packages, capabilities, file }: NodeRivalOptions,
): Rival {
  const requiredPrograms: readonly Program[] = packages.map(npm);
  return {
    name,
    description,
    requiredPrograms,
    capabilities,
    launch({ listen, origin, hosts, tls }: Setup): Launch {
      const setup: NodeSetup = { listen, target: `http://${authority(origin)}`, hosts, tls };
      return { command: [process.execPath, file, JSON.stringify(setup)], env: { NODE_ENV: 'production' } };
    },
  };
}

export function readNodeSetup(): NodeSetup {
  return JSON.parse(process.argv[2] ?? '') as NodeSetup;
}

/** Targets by host, for libraries that have no routing. */
export function hostTable({ hosts, target }: NodeSetup): ReadonlyMap<string, string> {
  return new Map(hosts.map((host) => [host, target]));
}

/** Keeps connections to pods open, for libraries on node:http, which would open a connection for each request. */
export function keepAliveAgent(): NodeAgent {
  return new Agent({ keepAlive: true, maxFreeSockets: 256 });
}

/**
 * Imports a package of `bench/`. Since the package may not be installed, the result is `unknown` and the caller declares its
 * type, so that the compiler does not look for the package.
 */
export async function load(name: string): Promise<unknown> {
  return await import(name);
}
