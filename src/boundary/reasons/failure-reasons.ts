import type { ReasonRow, Verdict } from './reason-row.ts';

const POD = { fault: 'pod', close: false, saidBy: ['exchange'] } as const;
const CLIENT = { fault: 'client', close: true, retry: 'never', ejects: false } as const;
const ROUTER = { fault: 'router', close: false, retry: 'never', ejects: false } as const;

/** Exchanges and tunnels that ended otherwise than with the pod's whole answer. */
export const FAILURE_REASONS = {
  'connect-refused': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning: 'No pod that was tried accepted the connection.',
    action: 'Does the program listen on the declared port, and not on 127.0.0.1 only?',
  },
  'connect-timeout': {
    status: 504,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning: 'No connection to a pod was established within `CONNECT_TIMEOUT` (`TUNNEL_CONNECT_TIMEOUT`).',
    action: 'Look for a node or network policy that drops packets, or a full backlog of the pod.',
  },
  'pod-certificate-expired': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning: 'The certificate of a pod with `proto=https` or `proto=h2` has expired, or is not valid yet.',
    action: 'Renew the certificate; look at the clocks of the nodes.',
  },
  'pod-certificate-name': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning:
      'The certificate of a pod with `proto=https` or `proto=h2` does not name what `server-name=` says.',
    action: 'Correct `server-name=`, or the names of the certificate.',
  },
  'pod-certificate-untrusted': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning:
      'No authority of `UPSTREAM_CA_FILE` has signed the certificate of a pod with `proto=https` or `proto=h2`.',
    action: 'Add the authority to the file; the pod has to send the certificates between it and its own.',
  },
  'pod-tls-failed': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning:
      'The TLS handshake with a pod failed: its port speaks no TLS, or no version or cipher that podway accepts.',
    action: 'Look at `proto=` and the port, and at the TLS settings of the pod.',
  },
  'router-exhausted': {
    status: 503,
    ...ROUTER,
    saidBy: ['exchange'],
    meaning: 'podway has no file descriptor, port or memory for another connection, or the host forbids it.',
    action:
      'Raise the limit of open files or lower `MAX_CONNECTIONS`; look for rules of the host that block connections.',
  },
  'tunnel-forbidden': {
    status: 503,
    ...ROUTER,
    saidBy: ['exchange'],
    meaning: 'The API server does not allow podway to open tunnels to pods (`POD_ACCESS=tunnel`).',
    action: 'Look at `/readyz` or the log for what RBAC has to grant.',
  },
  'tunnel-throttled': {
    status: 503,
    ...ROUTER,
    saidBy: ['exchange'],
    meaning:
      'The API server asked for fewer requests (429) for as long as `TUNNEL_CONNECT_TIMEOUT`, while a tunnel to a pod was needed.',
    action: 'Look at what else the API server has to do, or lower `TUNNEL_OPENS_PER_SECOND`.',
  },
  'tunnel-unavailable': {
    status: 503,
    ...ROUTER,
    saidBy: ['exchange'],
    meaning:
      'The API server, through which pods are reached, could not be reached or was not ready for `TUNNEL_CONNECT_TIMEOUT`.',
    action: 'Look at `/readyz` and the log for the requests to the API server that fail.',
  },
  'tunnel-limit': {
    status: 503,
    ...ROUTER,
    saidBy: ['exchange'],
    meaning:
      '`MAX_TUNNELS` were open, or more than `TUNNEL_OPENS_PER_SECOND` were needed, for `TUNNEL_CONNECT_TIMEOUT`.',
    action:
      'Let pods keep connections alive, or raise the limits; tunnels are not made for production traffic.',
  },
  'stream-refused': {
    status: 503,
    ...POD,
    retry: 'unsent',
    ejects: false,
    meaning:
      'The pod refused the request over HTTP/2 before it began with it (a refused stream, or GOAWAY), also on another connection.',
    action: 'Look for a pod that is stopping, or one that takes too few streams at a time.',
  },
  'upstream-closed': {
    status: 502,
    ...POD,
    retry: 'before-answer',
    ejects: true,
    meaning: 'The pod closed the connection before or within its response.',
    action: 'Look for a crash, a restart without draining, or a keep-alive shorter than the pod says.',
  },
  'upstream-reset': {
    status: 502,
    fault: 'pod',
    close: false,
    saidBy: ['exchange', 'tunnel'],
    retry: 'before-answer',
    ejects: true,
    meaning: 'The pod reset the connection before or within its response, or broke off a tunnel.',
    action: 'Look for a crash, or a restart without draining.',
  },
  'upstream-stalled': {
    status: 504,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning:
      'The pod took no more of the request, or sent no more of its response, for `UPSTREAM_IDLE_TIMEOUT`.',
    action: 'Look at the pod, or raise the timeout for responses that pause.',
  },
  'bad-response': {
    status: 502,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning: 'The response is no HTTP/1 that podway accepts, or exceeds a limit.',
    action: 'Look at `detail` of the access log for [the rule](#rules-for-responses).',
  },
  'bad-upgrade-response': {
    status: 502,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning: 'The pod switched protocols, and not to the one that was asked for.',
    action: 'Look at `detail` of the access log for [the rule](#rules-for-responses).',
  },
  'too-many-interim-responses': {
    status: 502,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning: 'The pod sent more than `MAX_INTERIM_RESPONSES` 1xx responses before the final one.',
    action: 'Correct the pod, or raise the limit.',
  },
  'response-timeout': {
    status: 504,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning: 'No response head came within `RESPONSE_HEAD_TIMEOUT` of the whole request.',
    action: 'Look at the pod, or raise the timeout for slow requests.',
  },
  deadline: {
    status: 504,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning:
      'No response head came within the time that `deadline=` behind the path gives all tries together.',
    action: 'Look at the pods, or give them more time.',
  },
  'grpc-deadline': {
    status: 504,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning: 'The time that the client gave its call (`grpc-timeout`) was over before the pod had answered.',
    action: 'Look at the pod, or at the deadline of the client.',
  },
  'request-timeout': {
    status: 408,
    ...CLIENT,
    saidBy: ['connection', 'exchange'],
    meaning:
      'The request head did not come within `REQUEST_HEAD_TIMEOUT`, or nothing of the body came for `CLIENT_IDLE_TIMEOUT`.',
    action: 'Look at the client and its network.',
  },
  'body-too-slow': {
    status: 408,
    ...CLIENT,
    saidBy: ['exchange'],
    meaning: 'The client sent its body at less than `REQUEST_BODY_RATE` while podway waited for it.',
    action: 'Look at the client and its network, or lower the rate.',
  },
  'client-stalled': {
    status: 499,
    ...CLIENT,
    saidBy: ['exchange'],
    meaning: 'The client read nothing of the response for `CLIENT_IDLE_TIMEOUT`.',
    action: 'Look at the client and its network.',
  },
  'client-left': {
    status: 499,
    ...CLIENT,
    saidBy: ['exchange', 'tunnel'],
    meaning: 'The client left before it had the whole response, or broke off a tunnel.',
    action: 'Nothing, unless there are many: then look at how long the pods take.',
  },
  'bad-chunk': {
    status: 400,
    ...CLIENT,
    saidBy: ['exchange'],
    meaning:
      'The framing of a chunked request body is wrong, or its extensions or trailers exceed their limits.',
    action: 'Correct the client.',
  },
  'body-cut': {
    status: 400,
    ...CLIENT,
    saidBy: ['exchange'],
    meaning: 'The client closed its side within the request body.',
    action: '',
  },
  'body-too-large': {
    status: 413,
    ...CLIENT,
    saidBy: ['decision', 'exchange'],
    meaning: 'The request body exceeds `CLIENT_MAX_BODY_SIZE`.',
    action: 'Send less, or raise the limit.',
  },
  'overload-memory': {
    status: 503,
    ...ROUTER,
    saidBy: ['connection', 'overload', 'exchange'],
    meaning:
      'Requests that no pod has taken hold `REQUEST_MEMORY`, and this one made way or was not admitted.',
    action: 'Look for pods that do not read uploads: see [PodwayShedding](alerts.md#podwayshedding).',
  },
  'drain-timeout': {
    status: 503,
    ...ROUTER,
    saidBy: ['exchange', 'tunnel'],
    meaning: 'podway was stopping, and the exchange or tunnel did not end within `DRAIN_TIMEOUT`.',
    action: 'Raise the timeout, with the grace period of the pod, where exchanges take longer.',
  },
  'drain-closed': {
    status: 101,
    fault: 'nobody',
    close: true,
    retry: 'never',
    ejects: false,
    saidBy: ['tunnel'],
    meaning:
      'podway was stopping and ended a WebSocket by a Close frame, or server-sent events behind one of them.',
    action: 'None: the client connects again.',
  },
  'tunnel-idle': {
    status: 101,
    fault: 'nobody',
    close: true,
    retry: 'never',
    ejects: false,
    saidBy: ['tunnel'],
    meaning: 'Nothing went through the tunnel for `TUNNEL_IDLE_TIMEOUT`.',
    action: 'Send pings, or raise the timeout.',
  },
} as const satisfies Readonly<Record<string, ReasonRow & Verdict>>;
