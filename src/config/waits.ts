import { choice, duration } from './grammar.ts';
import { setting } from './setting.ts';

const WAIT = duration('1ms', '168h');

/** The part of the table that bounds how long anything may take. */
export const WAITS = {
  drainDelay: setting(
    'DRAIN_DELAY',
    '5s',
    duration('0s', '1h'),
    'After SIGTERM: how long to go on serving with /readyz failing, so that load balancers notice',
  ),
  drainTimeout: setting(
    'DRAIN_TIMEOUT',
    '30s',
    duration('0s', '24h'),
    'Then: how long running exchanges and tunnels may take to end',
  ),
  drainCloseCode: setting(
    'DRAIN_CLOSE_CODE',
    '1001',
    choice('1001', '1012', 'none'),
    'Of the Close frame that ends a WebSocket at a random moment of DRAIN_TIMEOUT, its last 5 s excepted: 1001 (going away) or 1012 (service restart); none = WebSockets are only cut, at its end',
  ),

  requestHeadTimeout: setting(
    'REQUEST_HEAD_TIMEOUT',
    '10s',
    WAIT,
    'For the whole head of a request to arrive',
  ),
  keepaliveTimeout: setting('KEEPALIVE_TIMEOUT', '75s', WAIT, 'For the next request on a client connection'),
  clientIdleTimeout: setting(
    'CLIENT_IDLE_TIMEOUT',
    '60s',
    WAIT,
    'Between two reads of a request body, and between two writes that a client accepts',
  ),
  connectTimeout: setting('CONNECT_TIMEOUT', '2s', WAIT, 'For a connection to a pod'),
  responseHeadTimeout: setting(
    'RESPONSE_HEAD_TIMEOUT',
    '60s',
    WAIT,
    'From the end of the request to the end of the response head, however it drips',
  ),
  upstreamIdleTimeout: setting('UPSTREAM_IDLE_TIMEOUT', '60s', WAIT, 'Between two reads of a response body'),
  upstreamKeepaliveTimeout: setting(
    'UPSTREAM_KEEPALIVE_TIMEOUT',
    '4s',
    duration('0s', '168h'),
    'For an idle connection to a pod; below the 5 s after which a Node.js pod closes it; 0 = none is kept, and requests say `Connection: close`',
  ),
  tunnelIdleTimeout: setting(
    'TUNNEL_IDLE_TIMEOUT',
    '1h',
    WAIT,
    'For a WebSocket, or another tunnel, on which neither side speaks',
  ),
  lingerTimeout: setting(
    'LINGER_TIMEOUT',
    '2s',
    WAIT,
    'How long a refused client may go on sending before its connection is destroyed',
  ),
  halfCloseTimeout: setting(
    'HALF_CLOSE_TIMEOUT',
    '50ms',
    duration('0s', '1h'),
    'A client that ends its side this soon after its request is still served; later it counts as gone',
  ),

  ejectionTime: setting(
    'EJECTION_TIME',
    '10s',
    WAIT,
    'How long a pod that refuses connections is left out at first; doubles with every failure in a row',
  ),
  ejectionMaxTime: setting(
    'EJECTION_MAX_TIME',
    '60s',
    WAIT,
    'The longest a pod is left out before the next try',
  ),
} as const;
