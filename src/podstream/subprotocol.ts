/**
 * The subprotocols of exec and attach, the one that is wanted first: a server takes the first of the list that it knows.
 * Only v5 can say that stdin has ended. API servers that do not know v5 pass the handshake on to the container runtime,
 * which takes v4 (KEP-4006).
 */
export const COMMAND_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

export type CommandProtocol = (typeof COMMAND_PROTOCOLS)[number];

/** What a server chose of the protocols that were offered, or what is wrong with its answer. */
export type Choice<T extends string> = { readonly protocol: T } | { readonly problem: string };

/**
 * Judges the `Sec-WebSocket-Protocol` of a 101. Without a protocol that was offered the meaning of the bytes is unknown;
 * old API servers answer an empty field then.
 */
export function chosenProtocol<T extends string>(
  offered: readonly T[],
  answered: string | undefined,
): Choice<T> {
  if (answered === undefined || answered === '') return { problem: 'the server chose no subprotocol' };
  const protocol = offered.find((it) => it === answered);
  return protocol === undefined
    ? { problem: 'the server chose a subprotocol that was not offered' }
    : { protocol };
}
