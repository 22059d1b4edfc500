{{/*
One endpoint of a PodMonitor or ServiceMonitor. honorLabels: the label `namespace` of a request's series is that of the
pod that got the request; Prometheus would rename it to exported_namespace.
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
