{{/*
One endpoint of a PodMonitor or ServiceMonitor. honorLabels: the label `namespace` of series about requests is the namespace
of the pod that got the request; without honorLabels Prometheus would rename it to exported_namespace.
*/}}
{{- define "podway.scrapeEndpoint" -}}
port: admin
path: /metrics
honorLabels: true
{{- with .interval }}
interval: {{ . | quote }}
{{- end }}
{{- with .scrapeTimeout }}
scrapeTimeout: {{ . | quote }}
{{- end }}
{{- with .relabelings }}
relabelings: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .metricRelabelings }}
metricRelabelings: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
