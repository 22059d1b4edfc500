export interface MetricGroup {
  readonly title: string;
  readonly about: string;
  /** By the name of the family: when it matters and what to do then; empty where the help and the alert are enough. */
  readonly metrics: Readonly<Record<string, string>>;
}

/** The chapters of docs/metrics.md: every family is in exactly one. */
export const METRIC_GROUPS: readonly MetricGroup[] = [
  {
    title: 'Requests by route',
    about:
      'One series per route, and one per namespace that answers on it. Responses before a route was found have an empty host, path and namespace, so that sums over all series are true.',
    metrics: {
      podway_requests_total:
        'Requests per second and the share of 5xx. Closed connections without an answer are not counted. After 64 pairs of method and code of one route and namespace, further ones count by class (`OTHER`, `5xx`).',
      podway_request_duration_seconds:
        'The time that clients see: to the last byte that the kernel took, so a slow reader counts. A request that waits for an earlier one on its connection begins when that one is answered. No WebSockets.',
      podway_upstream_response_head_seconds:
        'The time that pods take: without slow uploads and slow readers. High here: look at the pods. High only in `podway_request_duration_seconds`: look at clients.',
      podway_route_ready_endpoints:
        '0: every request of the route gets 503. `/routes` has the condition of each pod.',
      podway_refused_total: 'By [reason](reasons.md): overload, unknown hosts, heads that cannot be read.',
      podway_failures_total: 'By [reason](reasons.md#failed-exchanges): what to do is in that table.',
      podway_upstream_bad_responses_total:
        'By [rule](reasons.md#rules-for-responses). Correct the pod, or raise the limit that the rule names.',
      podway_queryargs_total: '`refused`: a client or proxy rewrites the path of `DECOMPOSE_QUERYARGS`.',
    },
  },
  {
    title: 'Pods',
    about:
      'Up to 25 series for each pod with traffic. `POD_METRICS=errors` leaves the failures, `off` nothing. At most `POD_METRICS_MAX` pods have series of their own; the others are summed under an empty name. The series of a deleted pod go with it.',
    metrics: {
      podway_pod_responses_total: 'One pod with more 5xx than its siblings: restart or remove it.',
      podway_pod_failures_total:
        'Failed connects are `reason=~"connect-.+"`. It also counts attempts after which another pod answered.',
      podway_pod_ejections_total: 'When it grows, the pod is Ready but connections to it fail.',
      podway_pod_ejected: 'More than 0 for minutes: the readiness probe does not test what clients use.',
      podway_pod_response_head_seconds: 'The slowest pods of a route.',
      podway_upstream_ejections_total: 'Over all pods.',
      podway_upstream_retries_total:
        'Requests that another pod got after a first one failed. Growth without errors: pods are replaced.',
      podway_upstream_connect_failures_total:
        'The network between podway and the pods, or pods that do not listen.',
      podway_upstream_connections: 'Open connections to pods.',
      podway_upstream_connections_idle: 'Of those, kept for the next request.',
      podway_upstream_connections_opened_total:
        'Compare with the next one: few reused connections cost CPU; see [connections.md](connections.md).',
      podway_upstream_connections_reused_total: '',
    },
  },
  {
    title: 'Clients and connections',
    about: 'Sums over all workers of the process.',
    metrics: {
      podway_downstream_connections:
        'Near `MAX_CONNECTIONS`: add pods or raise the limit of open files. The autoscaler of the chart can use it.',
      podway_downstream_connections_accepted_total:
        'Much more than connections in use: clients do not keep connections.',
      podway_downstream_connections_shed_total: 'Connections closed at `MAX_CONNECTIONS`.',
      podway_downstream_received_bytes_total: '',
      podway_downstream_sent_bytes_total: '',
      podway_exchanges_in_flight: 'Requests being answered.',
      podway_tunnels: 'Open WebSockets and other upgrades.',
      podway_tunnels_opened_total: '',
      podway_proxy_headers_refused_total:
        'Something connects without the PROXY header that `PROXY_PROTOCOL=require` demands, often a health check.',
      podway_rate_evictions_total:
        'Raise `RATE_CLIENTS`: clients of `rate=` were forgotten before their time.',
      podway_drain_websockets_closed_total: 'During a shutdown.',
      podway_drain_closes_unanswered_total: 'Clients that did not answer the Close frame within 2 s.',
      podway_drain_event_streams_ended_total: 'During a shutdown.',
    },
  },
  {
    title: 'HTTP/2',
    about: 'Clients of HTTP/2: [http2.md](http2.md).',
    metrics: {
      podway_http2_sessions: 'Open connections.',
      podway_http2_streams: 'Requests in flight on them.',
      podway_http2_requests_total: '',
      podway_http2_goaways_total:
        '`idle`, `age` and `drain` are usual; `crowded` is `MAX_CONNECTIONS`; `error` a client that breaks a rule or a limit.',
      podway_http2_resets_total:
        '`client`: cancelled requests. A client of yours that cancels much needs more `HTTP2_RESETS`.',
    },
  },
  {
    title: 'Keys and services of auth=',
    about:
      'Keys of namespaces: [keys.md](keys.md). Services: [options.md](options.md#who-is-let-in-by-a-service).',
    metrics: {
      podway_namespace_keys: '0: the Secret has no usable key, and the namespace is closed.',
      podway_key_uses_total:
        'When the count of the old key no longer grows, the key can be removed. 16 fields have a name, further ones count under an empty one.',
      podway_forbidden_total:
        "`missing-key`, `wrong-key` and `repeated-key` are podway's answers, `pod` the pod's own. On a route of several namespaces a wrong key counts for each that has a key.",
      podway_namespaces_keys_unknown:
        'Requests get 503 `keys-unknown` until the API server reports whether the namespace has a key.',
      podway_namespaces_keys_deleted: 'They open after `KEY_RELEASE_DELAY`.',
      podway_key_lookups_total:
        '`failed`: the role lacks `get` for the Secret, or the API server cannot read Secrets.',
      podway_auth_answers_total:
        '`result` is explained in [options.md](options.md#who-is-let-in-by-a-service).',
      podway_auth_duration_seconds: 'The time that the service adds to every request that it checks.',
    },
  },
  {
    title: 'TLS',
    about: '[tls.md](tls.md) and [certificates.md](certificates.md).',
    metrics: {
      podway_tls_handshakes_total:
        'Few resumed sessions cost CPU: share `TLS_TICKET_SECRET_FILE` among replicas.',
      podway_tls_handshake_failures_total: 'By [reason](tls.md#handshakes).',
      podway_tls_handshake_seconds: 'Includes the round trips of the client.',
      podway_tls_handshakes_under_way: 'Near `TLS_HANDSHAKES`: a flood, or too little CPU.',
      podway_tls_contexts:
        'Certificates that are prepared; at `TLS_CONTEXTS` further ones replace them and are prepared again.',
      podway_tls_certificates: '',
      podway_tls_certificate_not_after_seconds:
        'Renew the certificate before this time. `secret` is the Secret or the file.',
    },
  },
  {
    title: 'The cluster and the table',
    about: 'Whether podway follows the cluster, and what it routes and rejects.',
    metrics: {
      podway_synced: '0: podway answers 503 and is not ready; `/readyz` has the reason.',
      podway_source_up: '0: changes are not followed; podway routes by the last table.',
      podway_watch_last_activity_age_seconds:
        'Grows past `WATCH_IDLE_TIMEOUT`: the watch is silent and is restarted.',
      podway_source_failures_total: 'Lists and watches that podway retries with back-off.',
      podway_source_problems_total: 'By [reason](reasons.md#source-problems).',
      podway_route_propagation_seconds:
        'From the arrival of a change from the API server until all workers have it; some milliseconds.',
      podway_routes: 'Against `MAX_ROUTES`.',
      podway_endpoints: '`condition` as in `/routes`.',
      podway_last_resort_routes: 'Nodes do not report to the API server; their pods are still served.',
      podway_options_differ_routes: 'More than 0 after a rollout: pods of one route still differ.',
      podway_host_conflicts: 'Namespaces claim the same host: [tenancy.md](tenancy.md).',
      podway_rejections: 'By [reason](reasons.md#rejections); `/routes` names the object.',
      podway_events_total: 'Dropped or failed ones: raise `EVENTS_QUEUE`, or grant `create` for events.',
      podway_readiness_gates:
        '`refused`: because of its annotations the pod does not become Ready, and its rollout stops.',
      podway_readiness_gate_patches_total: 'Failures: grant `patch` for pods/status.',
      podway_table_revision: 'Replicas need not agree on the number.',
    },
  },
  {
    title: 'The process',
    about:
      'Also `process_` and `nodejs_` families of prom-client. Sizes of buffers are sums over all workers.',
    metrics: {
      podway_build_info: 'The version of each replica.',
      podway_memory_limit_bytes: 'Compare with `process_resident_memory_bytes`.',
      podway_worker_heap_used_bytes: 'At `SHED_AT_HEAP` percent of its limit the worker answers 503.',
      podway_worker_event_loop_delay_seconds:
        '`stat` is `mean`, `p99` or `max`. Above some milliseconds: too little CPU.',
      podway_worker_restarts_total: 'A worker died; the log has the error. Please report it.',
      podway_admission_limit: 'Requests that may start per tick under overload; 0 without overload.',
      podway_buffered_bytes:
        'Response bytes buffered for slow clients, up to `PROXY_BUFFER_MEMORY` for each worker.',
      podway_buffer_pauses_total: 'How often a pod was paused for a slow reader.',
      podway_request_held_bytes:
        'Request bytes that pods have not taken yet, up to `REQUEST_MEMORY` for each worker.',
      podway_descriptor_shortages_total: 'Lower `MAX_CONNECTIONS`, or raise the limit of open files.',
      podway_log_lines_dropped_total: 'Read stdout faster; routing never waits for it.',
      podway_access_log_lines_dropped_total: 'The same for the access log.',
      podway_audit_lines_dropped_total: 'The same for [the audit log](logs.md#the-audit-log).',
      podway_trace_spans_total: 'See [tracing.md](tracing.md).',
    },
  },
  {
    title: 'Terminals and tunnels',
    about:
      'Terminals only with `TERMINAL_PORT` ([terminal.md](terminal.md#in-a-cluster)), tunnels only with `POD_ACCESS=tunnel` ([local.md](local.md#tunnel-mode)).',
    metrics: {
      podway_terminal_sessions: '',
      podway_terminal_refused_total: 'By reason, as in the audit log.',
      podway_terminal_ended_total: 'By reason, as in the audit log.',
      podway_pod_tunnels: 'Against `MAX_TUNNELS`.',
      podway_pod_tunnel_opens_total:
        '`forbidden`: the right to port-forward; `throttled`: the API server; `limit`: `MAX_TUNNELS`.',
      podway_pod_tunnel_open_seconds: '',
      podway_pod_tunnel_bytes_total: '',
      podway_pod_tunnel_dead_total: 'Tunnels from which no bytes came for three times `TUNNEL_PING`.',
    },
  },
];
