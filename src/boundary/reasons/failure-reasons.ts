import type { ReasonRow, Verdict } from './reason-row.ts';

const POD = { fault: 'pod', close: false, reportedBy: ['exchange'] } as const;
const CLIENT = { fault: 'client', close: true, retry: 'never', ejects: false } as const;
const ROUTER = { fault: 'router', close: false, retry: 'never', ejects: false } as const;

/** Exchanges and tunnels that did not end with a complete response of the pod. */
export const FAILURE_REASONS = {
  'connect-refused': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning: 'No pod that was tried accepted the connection.',
    action: 'Check that the program listens on the declared port, and not only on 127.0.0.1.',
  },
  'connect-timeout': {
    status: 504,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning: 'No connection to a pod was established within `CONNECT_TIMEOUT` (`TUNNEL_CONNECT_TIMEOUT`).',
    action: 'Look for a node or network policy that drops packets, or for a pod whose backlog is full.',
  },
  'pod-certificate-expired': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning: 'The certificate of a pod with `proto=https` or `proto=h2` has expired, or is not valid yet.',
    action: 'Renew the certificate; check the clocks of the nodes.',
  },
  'pod-certificate-name': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning:
      'The certificate of a pod with `proto=https` or `proto=h2` does not contain the name in `server-name=`.',
    action: 'Correct `server-name=`, or the names of the certificate.',
  },
  'pod-certificate-untrusted': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning:
      'No authority of `UPSTREAM_CA_FILE` has signed the certificate of a pod with `proto=https` or `proto=h2`.',
    action: 'Add the authority to the file; the pod must send all intermediate certificates.',
  },
  'pod-tls-failed': {
    status: 502,
    ...POD,
    retry: 'unsent',
    ejects: true,
    meaning:
      'The TLS handshake with a pod failed: its port does not speak TLS, or accepts no TLS version or cipher that podway accepts.',
    action: 'Check `proto=` and the port, and the TLS settings of the pod.',
  },
  'router-exhausted': {
    status: 503,
    ...ROUTER,
    reportedBy: ['exchange'],
    meaning:
      'podway has no file descriptor, port or memory left for another connection, or the operating system forbids the connection.',
    action:
      'Raise the limit of open files or lower `MAX_CONNECTIONS`; look for firewall rules that block connections.',
  },
  'tunnel-forbidden': {
    status: 503,
    ...ROUTER,
    reportedBy: ['exchange'],
    meaning: 'The API server does not allow podway to open tunnels to pods (`POD_ACCESS=tunnel`).',
    action: '`/readyz` and the log name the permission that RBAC has to grant.',
  },
  'tunnel-throttled': {
    status: 503,
    ...ROUTER,
    reportedBy: ['exchange'],
    meaning:
      'podway needed a tunnel to a pod, and the API server answered 429 (too many requests) for all of `TUNNEL_CONNECT_TIMEOUT`.',
    action: 'Find out which other clients load the API server, or lower `TUNNEL_OPENS_PER_SECOND`.',
  },
  'tunnel-unavailable': {
    status: 503,
    ...ROUTER,
    reportedBy: ['exchange'],
    meaning:
      'podway needed a tunnel to a pod, and the API server was unreachable or not ready for all of `TUNNEL_CONNECT_TIMEOUT`.',
    action: 'See `/readyz` and the log for the failing requests to the API server.',
  },
  'tunnel-limit': {
    status: 503,
    ...ROUTER,
    reportedBy: ['exchange'],
    meaning:
      'The request waited for a tunnel for `TUNNEL_CONNECT_TIMEOUT`, because of `MAX_TUNNELS` or `TUNNEL_OPENS_PER_SECOND`.',
    action:
      'Let pods keep connections alive, or raise the limits. Tunnels are not meant for production traffic.',
  },
  'stream-refused': {
    status: 503,
    ...POD,
    retry: 'unsent',
    ejects: false,
    meaning:
      'The pod refused the HTTP/2 request before processing it (a refused stream, or GOAWAY), and did so again on a second connection.',
    action: 'Look for a pod that is stopping, or one that allows too few concurrent streams.',
  },
  'upstream-closed': {
    status: 502,
    ...POD,
    retry: 'before-answer',
    ejects: true,
    meaning: 'The pod closed the connection before or during its response.',
    action:
      'Look for a crash, a restart without draining, or a pod that closes idle connections earlier than it announces.',
  },
  'upstream-reset': {
    status: 502,
    fault: 'pod',
    close: false,
    reportedBy: ['exchange', 'tunnel'],
    retry: 'before-answer',
    ejects: true,
    meaning: 'The pod reset the connection before or during its response, or broke a tunnel.',
    action: 'Look for a crash, or a restart without draining.',
  },
  'upstream-stalled': {
    status: 504,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning:
      'The pod stopped reading the request, or stopped sending its response, for `UPSTREAM_IDLE_TIMEOUT`.',
    action: 'Check the pod, or raise the timeout for responses that pause.',
  },
  'bad-response': {
    status: 502,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning: 'The response violates HTTP, or exceeds a limit.',
    action: 'See `detail` in the access log for [the rule](#rules-for-responses).',
  },
  'bad-upgrade-response': {
    status: 502,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning:
      'The pod switched to a protocol that was not requested, or its response to a WebSocket handshake is invalid.',
    action: 'See `detail` in the access log for [the rule](#rules-for-responses).',
  },
  'too-many-interim-responses': {
    status: 502,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning: 'The pod sent more than `MAX_INTERIM_RESPONSES` 1xx responses before the final one.',
    action: 'Fix the pod, or raise the limit.',
  },
  'response-timeout': {
    status: 504,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning:
      'The pod sent no complete response head within `RESPONSE_HEAD_TIMEOUT` after the end of the request.',
    action: 'Check the pod, or raise the timeout for slow requests.',
  },
  deadline: {
    status: 504,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning:
      'No pod sent a response head within the time that the option `deadline=` gives to all attempts together.',
    action: 'Check the pods, or raise `deadline=`.',
  },
  'grpc-deadline': {
    status: 504,
    ...POD,
    retry: 'never',
    ejects: false,
    meaning: 'The deadline that the client set for its call (`grpc-timeout`) passed before the pod answered.',
    action: 'Check the pod, or raise the deadline in the client.',
  },
  'request-timeout': {
    status: 408,
    ...CLIENT,
    reportedBy: ['connection', 'exchange'],
    meaning:
      'The request head did not arrive within `REQUEST_HEAD_TIMEOUT`, or the client stopped sending its body for `CLIENT_IDLE_TIMEOUT`.',
    action: 'Check the client and its network.',
  },
  'body-too-slow': {
    status: 408,
    ...CLIENT,
    reportedBy: ['exchange'],
    meaning: 'The client sent its body more slowly than `REQUEST_BODY_RATE` while podway waited for it.',
    action: 'Check the client and its network, or lower the rate.',
  },
  'client-stalled': {
    status: 499,
    ...CLIENT,
    reportedBy: ['exchange'],
    meaning: 'The client stopped reading the response for `CLIENT_IDLE_TIMEOUT`.',
    action: 'Check the client and its network.',
  },
  'client-left': {
    status: 499,
    ...CLIENT,
    reportedBy: ['exchange', 'tunnel'],
    meaning: 'The client closed the connection before the response was complete, or broke a tunnel.',
    action: 'Nothing, unless it is frequent: then check how long the pods take.',
  },
  'bad-chunk': {
    status: 400,
    ...CLIENT,
    reportedBy: ['exchange'],
    meaning:
      'The framing of a chunked request body is wrong, or its extensions or trailers exceed their limits.',
    action: 'Fix the client.',
  },
  'body-cut': {
    status: 400,
    ...CLIENT,
    reportedBy: ['exchange'],
    meaning: 'The client closed its side of the connection before the request body was complete.',
    action: '',
  },
  'body-too-large': {
    status: 413,
    ...CLIENT,
    reportedBy: ['decision', 'exchange'],
    meaning: 'The request body exceeds `CLIENT_MAX_BODY_SIZE`.',
    action: 'Send less, or raise the limit.',
  },
  'overload-memory': {
    status: 503,
    ...ROUTER,
    reportedBy: ['connection', 'overload', 'exchange'],
    meaning:
      'Requests that no pod has read yet fill `REQUEST_MEMORY`, so podway discarded this one or did not admit it.',
    action: 'Look for pods that do not read uploads: see [PodwayShedding](alerts.md#podwayshedding).',
  },
  'drain-timeout': {
    status: 503,
    ...ROUTER,
    reportedBy: ['exchange', 'tunnel'],
    meaning: 'podway was stopping, and the exchange or tunnel did not end within `DRAIN_TIMEOUT`.',
    action: 'If exchanges take longer, raise the timeout and the termination grace period of the podway pod.',
  },
  'drain-closed': {
    status: 101,
    fault: 'none',
    close: true,
    retry: 'never',
    ejects: false,
    reportedBy: ['tunnel'],
    meaning:
      'podway was stopping and ended a WebSocket with a Close frame, or a stream of server-sent events after an event.',
    action: 'Nothing: the client reconnects.',
  },
  'tunnel-idle': {
    status: 101,
    fault: 'none',
    close: true,
    retry: 'never',
    ejects: false,
    reportedBy: ['tunnel'],
    meaning: 'No data passed through the tunnel for `TUNNEL_IDLE_TIMEOUT`.',
    action: 'Send pings, or raise the timeout.',
  },
} as const satisfies Readonly<Record<string, ReasonRow & Verdict>>;
