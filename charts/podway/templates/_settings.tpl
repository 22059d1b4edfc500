{{/*
The environment: `config.drainDelay` is DRAIN_DELAY. A value that is null, empty or an empty list is not set, and podway uses
its default. Helm reads numbers in YAML as floats, so the template converts them to whole numbers.
*/}}
{{- define "podway.environment" -}}
{{- $config := .Values.config }}
{{- $mounted := include "podway.mountedConfig" . | fromYaml }}
{{- range $key := concat (keys $config) (keys $mounted) | uniq | sortAlpha }}
{{- $value := ternary (get $mounted $key) (get $config $key) (hasKey $mounted $key) }}
{{- $text := "" }}
{{- if kindIs "slice" $value }}
{{- $text = join "," $value }}
{{- else if kindIs "float64" $value }}
{{- $text = $value | int64 | toString }}
{{- else if not (kindIs "invalid" $value) }}
{{- $text = $value | toString }}
{{- end }}
{{- if ne $text "" }}
- name: {{ snakecase $key | upper }}
  value: {{ $text | quote }}
{{- end }}
{{- end }}
{{- if and $config.zonePreference (not $config.zone) }}
- name: ZONE
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['topology.kubernetes.io/zone']
{{- end }}
{{- end -}}

{{/* Settings that follow from the volumes of `tls` and `operator`. */}}
{{- define "podway.mountedConfig" -}}
{{- if .Values.operator.tokenSecret }}
operatorTokenFile: /etc/podway/operator/token
{{- end }}
{{- if and (.Values.tls | default dict).certificates (or .Values.config.tlsPort .Values.config.terminalCertificate) }}
tlsCertificates: /etc/podway/certificates
{{- end }}
{{- if .Values.config.tlsPort }}
{{- with .Values.tls }}
{{- if .tenantCa }}
tlsTenantCaFile: /etc/podway/tenant-ca/ca.crt
{{- end }}
{{- if .ticketSecret }}
tlsTicketSecretFile: /etc/podway/tickets/secret
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Port of the operator listener, as text; empty: no listener. */}}
{{- define "podway.operatorPort" -}}
{{- $port := .Values.config.operatorPort | default 9909 }}
{{- if ne (toString $port) "none" }}
{{- int64 $port }}
{{- end }}
{{- end -}}

{{/* Names of the Secrets that podway reads in every namespace. */}}
{{- define "podway.secretNames" -}}
{{- $names := list (.Values.config.apiKeySecretLocation | splitList ":" | first) }}
{{- if .Values.config.tlsPort }}
{{- range .Values.config.tlsSecrets | default (list "routing-tls") }}
{{- if ne . "none" }}
{{- $names = append $names . }}
{{- end }}
{{- end }}
{{- end }}
{{- $names | uniq | toJson }}
{{- end -}}

{{/* A duration in podway's format (500ms, 5s, 5m, 1h, or seconds without a unit) in seconds, rounded up. */}}
{{- define "podway.seconds" -}}
{{- $text := . | toString }}
{{- $number := regexFind "^[0-9]+" $text | int64 }}
{{- $unit := regexFind "[a-z]+$" $text }}
{{- if eq $unit "ms" }}
{{- div (add $number 999) 1000 }}
{{- else }}
{{- mul $number (get (dict "" 1 "s" 1 "m" 60 "h" 3600) $unit) }}
{{- end }}
{{- end -}}

{{/* The time after which the kubelet kills podway: the drain, and 5 s to close remaining connections. */}}
{{- define "podway.gracePeriod" -}}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds }}
{{- add (include "podway.seconds" .Values.config.drainDelay) (include "podway.seconds" .Values.config.drainTimeout) 5 }}
{{- else }}
{{- .Values.terminationGracePeriodSeconds | int64 }}
{{- end }}
{{- end -}}
