import { choice, duration } from './grammar.ts';
import { setting } from './setting.ts';

const WAIT = duration('1ms', '168h');

/** Settings with timeouts and other durations. */
export const WAITS = {
  drainDelay: setting(
    'DRAIN_DELAY',
    '5s',
    duration('0s', '1h'),
    'How long to keep serving after SIGTERM while /readyz fails, so that load balancers notice',
  ),
  drainTimeout: setting(
    'DRAIN_TIMEOUT',
    '30s',
    duration('0s', '24h'),
    'How long running exchanges and tunnels may take to end after `DRAIN_DELAY`',
  ),
  drainCloseCode: setting(
    'DRAIN_CLOSE_CODE',
    '1001',
    choice('1001', '1012', 'none'),
    'Code of the Close frame that podway sends on each WebSocket, at a random moment of DRAIN_TIMEOUT except its last 5 s: 1001 (going away) or 1012 (service restart); none = podway sends no Close frame and cuts WebSockets at the end of DRAIN_TIMEOUT',
  ),

  requestHeadTimeout: setting(
    'REQUEST_HEAD_TIMEOUT',
    '10s',
    WAIT,
    'Maximum time for a whole request head to arrive',
  ),
  keepaliveTimeout: setting(
    'KEEPALIVE_TIMEOUT',
    '75s',
    WAIT,
    'How long podway keeps a client connection open while it waits for the next request',
  ),
  clientIdleTimeout: setting(
    'CLIENT_IDLE_TIMEOUT',
    '60s',
    WAIT,
    'Timeout between two reads of a request body, and between two writes that a client accepts',
  ),
  connectTimeout: setting('CONNECT_TIMEOUT', '2s', WAIT, 'Timeout for connecting to a pod'),
  responseHeadTimeout: setting(
    'RESPONSE_HEAD_TIMEOUT',
    '60s',
    WAIT,
    'Timeout from the end of the request to the end of the response head',
  ),
  upstreamIdleTimeout: setting(
    'UPSTREAM_IDLE_TIMEOUT',
    '60s',
    WAIT,
    'Timeout between two reads of a response body, and between two writes of a request body that the pod accepts',
  ),
  upstreamKeepaliveTimeout: setting(
    'UPSTREAM_KEEPALIVE_TIMEOUT',
    '4s',
    duration('0s', '168h'),
    'How long podway keeps an idle connection to a pod; keep it below the keep-alive timeout of the pods (Node.js: 5 s); 0 = podway keeps none, and requests carry `Connection: close`',
  ),
  tunnelIdleTimeout: setting(
    'TUNNEL_IDLE_TIMEOUT',
    '1h',
    WAIT,
    'Timeout for a WebSocket or another tunnel on which neither side sends anything',
  ),
  lingerTimeout: setting(
    'LINGER_TIMEOUT',
    '2s',
    WAIT,
    'How long a refused client may keep sending before podway resets its connection, and how long an HTTP/2 client may take to answer the PING after a GOAWAY',
  ),
  halfCloseTimeout: setting(
    'HALF_CLOSE_TIMEOUT',
    '50ms',
    duration('0s', '1h'),
    'A client that closes its side of the connection within this time after its request still gets the response; later it counts as disconnected',
  ),

  ejectionTime: setting(
    'EJECTION_TIME',
    '10s',
    WAIT,
    'How long podway at first ejects a pod that refuses connections or closes several in a row without a response; doubles with every consecutive failure',
  ),
  ejectionMaxTime: setting(
    'EJECTION_MAX_TIME',
    '60s',
    WAIT,
    'Maximum time that podway ejects a pod before it tries it again',
  ),
} as const;
