/**
 * The subprotocols of exec and attach in the order of preference: a server chooses the first that it knows. Only v5 can
 * signal that stdin has ended. API servers that do not know v5 pass the handshake on to the container runtime, which chooses
 * v4 (KEP-4006).
 */
export const COMMAND_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

export type CommandProtocol = (typeof COMMAND_PROTOCOLS)[number];

/** The protocol that the server chose, or what is wrong with its answer. */
export type Choice<T extends string> = { readonly protocol: T } | { readonly problem: string };

/**
 * Checks the `Sec-WebSocket-Protocol` of a 101. Unless it is an offered protocol, the meaning of the bytes is unknown. Old API
 * servers that know none of the offered protocols answer with an empty field.
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
