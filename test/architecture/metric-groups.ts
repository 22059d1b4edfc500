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
      'Each route has one series for each namespace whose pods answer on it. Responses that podway sends before it finds a route have an empty host, path and namespace, so that sums over all series are complete.',
    metrics: {
      podway_requests_total:
        'Requests per second and the share of 5xx. Connections closed without a response do not count. After 64 pairs of method and code for one route and namespace, further ones count by class (`OTHER`, `5xx`).',
      podway_request_duration_seconds:
        'The latency that clients see. It ends with the last byte that the kernel accepted, so a slow client increases it. The time of a pipelined request begins when the request before it is answered. WebSockets do not count.',
      podway_upstream_response_head_seconds:
        'The time that pods take, without slow uploads and slow clients. If it is high, look at the pods. If only `podway_request_duration_seconds` is high, look at the clients.',
      podway_route_ready_endpoints:
        '0: every request for the route gets 503. `/routes` shows the condition of each pod.',
      podway_refused_total:
        'Overload, unknown hosts, malformed request heads. [Reasons](reasons.md) explains each value.',
      podway_failures_total:
        '[Failed exchanges](reasons.md#failed-exchanges) explains each reason and what to do.',
      podway_upstream_bad_responses_total:
        'Fix the pod, or raise the limit. [Rules for responses](reasons.md#rules-for-responses) explains each rule.',
      podway_queryargs_total:
        '`refused`: the query in the path is malformed (`DECOMPOSE_QUERYARGS`); a client or proxy rewrites the path.',
    },
  },
  {
    title: 'Pods',
    about:
      'Each pod with traffic has up to 25 series. With `POD_METRICS=errors` podway keeps only those of failures, with `off` none. At most `POD_METRICS_MAX` pods have their own series; podway sums the others under an empty name. It removes the series of a deleted pod.',
    metrics: {
      podway_pod_responses_total:
        'If one pod sends more 5xx than the others of its route, restart or remove it.',
      podway_pod_failures_total:
        '`reason=~"connect-.+"` selects failed connection attempts. Includes attempts after which another pod answered.',
      podway_pod_ejections_total: 'When it increases, the pod is Ready but connections to it fail.',
      podway_pod_ejected:
        'If it stays above 0 for minutes, the readiness probe does not test what clients use.',
      podway_pod_response_head_seconds: 'Shows the slowest pods of a route.',
      podway_upstream_ejections_total:
        'Increases when pods are Ready but do not accept or answer connections.',
      podway_upstream_retries_total:
        'An increase without errors for clients is usual while pods are replaced.',
      podway_upstream_connect_failures_total:
        'Check the network between podway and the pods, and whether the pods listen.',
      podway_upstream_connections: '',
      podway_upstream_connections_idle: 'These connections are kept for the next request.',
      podway_upstream_connections_opened_total:
        'Compare it with the next metric: podway uses more CPU when it reuses few connections ([connections.md](connections.md)).',
      podway_upstream_connections_reused_total: '',
    },
  },
  {
    title: 'Clients and connections',
    about: 'These are sums over all workers of the process.',
    metrics: {
      podway_downstream_connections:
        'If it approaches `MAX_CONNECTIONS`, add podway pods or raise the limit of open files. The autoscaler of the chart can use it.',
      podway_downstream_connections_accepted_total:
        'If it grows much faster than the number of open connections, clients do not keep connections alive.',
      podway_downstream_connections_shed_total:
        'Add podway pods, or raise `MAX_CONNECTIONS` and the limit of open files.',
      podway_downstream_received_bytes_total: '',
      podway_downstream_sent_bytes_total: '',
      podway_exchanges_in_flight: 'podway refuses further requests at `MAX_IN_FLIGHT`.',
      podway_tunnels: '',
      podway_tunnels_opened_total: '',
      podway_proxy_headers_refused_total:
        'A peer connects without the PROXY header that `PROXY_PROTOCOL=require` demands, often a health check.',
      podway_rate_evictions_total: 'Raise `RATE_CLIENTS`: podway forgot clients that it still had to limit.',
      podway_drain_websockets_closed_total: '',
      podway_drain_closes_unanswered_total: 'podway waits 2 s for the answer, then closes the connection.',
      podway_drain_event_streams_ended_total: '',
    },
  },
  {
    title: 'HTTP/2',
    about: 'These metrics are about clients that speak HTTP/2: [http2.md](http2.md).',
    metrics: {
      podway_http2_sessions: '',
      podway_http2_streams: '',
      podway_http2_websockets:
        'Together with `podway_downstream_connections` it is at most `MAX_CONNECTIONS`.',
      podway_http2_requests_total: '',
      podway_http2_goaways_total:
        '`idle`, `age` and `drain` are usual. `crowded`: `MAX_CONNECTIONS` was reached. `error`: the client violated the protocol or a limit.',
      podway_http2_resets_total:
        '`client`: requests that clients cancelled. If a legitimate client cancels many, raise `HTTP2_RESETS`.',
    },
  },
  {
    title: 'Keys and services of auth=',
    about:
      'Keys of namespaces: [keys.md](keys.md). Services: [options.md](options.md#who-is-let-in-by-a-service).',
    metrics: {
      podway_namespace_keys: '0: the Secret has no usable key, and the namespace is closed.',
      podway_key_uses_total:
        'When the count of the old key stops increasing, you can remove the key. At most 16 fields of a namespace have a name; further ones count under an empty one.',
      podway_forbidden_total:
        '`missing-key`, `wrong-key`, `repeated-key`: podway refused the request. `pod`: the pod did. On a route of several namespaces, a wrong key counts for each namespace that has a key.',
      podway_namespaces_keys_unknown:
        'Requests get 503 `keys-unknown` until the API server reports whether the namespace has a key.',
      podway_namespaces_keys_deleted:
        'After `KEY_RELEASE_DELAY`, and a check that there is no new Secret, their routes need no key.',
      podway_key_lookups_total:
        '`failed`: the role lacks `get` for the Secret, or the API server cannot read Secrets.',
      podway_auth_answers_total: '[options.md](options.md#who-is-let-in-by-a-service) explains each result.',
      podway_auth_duration_seconds: 'The time that the service adds to every request that it checks.',
    },
  },
  {
    title: 'TLS',
    about: 'TLS of clients: [tls.md](tls.md), [certificates.md](certificates.md).',
    metrics: {
      podway_tls_handshakes_total:
        'If clients resume few sessions, handshakes cost more CPU: give all replicas the same `TLS_TICKET_SECRET_FILE`.',
      podway_tls_handshake_failures_total: '[Handshakes](tls.md#handshakes) explains each reason.',
      podway_tls_handshake_seconds: 'Includes the round trips to the client.',
      podway_tls_handshakes_under_way:
        'Close to `TLS_HANDSHAKES`: a flood of new connections, or too little CPU.',
      podway_tls_contexts:
        'At `TLS_CONTEXTS`, each further certificate replaces another one, which is prepared again when a client needs it.',
      podway_tls_certificates: '',
      podway_tls_certificate_not_after_seconds:
        'Renew the certificate before this time. `secret` names the Secret or the file.',
    },
  },
  {
    title: 'The cluster and the table',
    about: 'Whether podway follows the cluster, and what it routes and rejects.',
    metrics: {
      podway_synced: '0: podway answers 503 and is not ready. `/readyz` gives the reason.',
      podway_source_up: '0: podway gets no changes, and routes by its last table.',
      podway_watch_last_activity_age_seconds: 'Above `WATCH_IDLE_TIMEOUT` podway restarts the watch.',
      podway_source_failures_total: 'podway retries them with back-off.',
      podway_source_problems_total: '[Source problems](reasons.md#source-problems) explains each reason.',
      podway_route_propagation_seconds:
        'Usually some milliseconds. It begins when podway receives the change, so a delay of the API server does not count.',
      podway_routes: 'The limit is `MAX_ROUTES`.',
      podway_endpoints: '`condition` has the values that `/routes` shows.',
      podway_last_resort_routes:
        'Nodes have stopped reporting to the API server. podway still sends requests to their pods.',
      podway_options_differ_routes:
        'If it is above 0 after a rollout, pods of one route still have different options.',
      podway_host_conflicts: 'Decide which namespace owns the host: [tenancy.md](tenancy.md).',
      podway_rejections:
        '[Rejections](reasons.md#rejections) explains each reason; `/routes` names the object.',
      podway_events_total: '`dropped`: raise `EVENTS_QUEUE`. `failed`: grant `create` for events.',
      podway_readiness_gates:
        '`refused`: podway rejects annotations of the pod, so the pod does not become Ready and its rollout stops.',
      podway_readiness_gate_patches_total: 'If it counts failures, grant `patch` for pods/status.',
      podway_table_revision: 'Replicas may have different revisions of the same table.',
    },
  },
  {
    title: 'The process',
    about:
      'podway also has the `process_` and `nodejs_` metrics of prom-client. Sizes of buffers are sums over all workers.',
    metrics: {
      podway_build_info: 'Shows the version of each replica.',
      podway_memory_limit_bytes: 'Compare it with `process_resident_memory_bytes`.',
      podway_worker_heap_used_bytes: 'At `SHED_AT_HEAP` percent of its heap limit a worker answers 503.',
      podway_worker_event_loop_delay_seconds:
        '`stat` is `mean`, `p99` or `max`. More than some milliseconds means too little CPU.',
      podway_worker_restarts_total: 'A worker died; the log has the error. Please report it.',
      podway_admission_limit: 'Above 0, a worker sheds load (`SHED_AT_LAG`).',
      podway_buffered_bytes:
        'The limit is `PROXY_BUFFER_MEMORY` for each worker; above it, each response adds up to 80 KiB.',
      podway_buffer_pauses_total: 'Clients read more slowly than pods send.',
      podway_request_held_bytes: 'The limit is `REQUEST_MEMORY` for each worker.',
      podway_descriptor_shortages_total: 'Lower `MAX_CONNECTIONS`, or raise the limit of open files.',
      podway_log_lines_dropped_total: 'Read stdout faster. Routing never waits for the log.',
      podway_access_log_lines_dropped_total: 'The same for the access log.',
      podway_audit_lines_dropped_total: 'The same for [the audit log](logs.md#the-audit-log).',
      podway_trace_spans_total: '[tracing.md](tracing.md) explains each result.',
    },
  },
  {
    title: 'Terminals and tunnels',
    about:
      'podway has the metrics of terminals only with `TERMINAL_PORT` ([terminal.md](terminal.md#in-a-cluster)), and those of tunnels only with `POD_ACCESS=tunnel` ([local.md](local.md#tunnel-mode)).',
    metrics: {
      podway_terminal_sessions: '',
      podway_terminal_refused_total: 'The reasons are those of the audit log.',
      podway_terminal_ended_total: 'The reasons are those of the audit log.',
      podway_pod_tunnels: 'The limit is `MAX_TUNNELS`.',
      podway_pod_tunnel_opens_total:
        '`forbidden`: podway lacks the right to port-forward. `throttled`: the API server limits requests. `limit`: `MAX_TUNNELS` was reached, or `TUNNEL_OPENS_PER_SECOND`.',
      podway_pod_tunnel_open_seconds: '',
      podway_pod_tunnel_bytes_total: '',
      podway_pod_tunnel_dead_total:
        'podway ends a tunnel on which no bytes arrive for three times `TUNNEL_PING`.',
    },
  },
];
