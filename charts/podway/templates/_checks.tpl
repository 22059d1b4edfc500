{{/*
What the schema cannot say, because it is about several values at once: values that would render, and then fail in the
cluster or, worse, half work. Every router is checked; a message tells the value.
*/}}
{{- define "podway.check" -}}
{{- include "podway.checkConfig" . }}
{{- include "podway.checkScaling" . }}
{{- with .Values.updateStrategy.type }}
{{- if has . (ternary (list "OnDelete") (list "Recreate") (eq $.Values.kind "Deployment")) }}
{{- fail (printf "updateStrategy.type %s is not one of a %s" . $.Values.kind) }}
{{- end }}
{{- end }}
{{- if and .Values.metrics.podMonitor.enabled .Values.metrics.serviceMonitor.enabled }}
{{- fail "metrics.podMonitor and metrics.serviceMonitor would scrape every pod twice: enable one of them" }}
{{- end }}
{{- end -}}

{{- define "podway.checkConfig" -}}
{{- $config := .Values.config }}
{{- range list "port" "adminPort" "apiKeySecretLocation" "drainDelay" "drainTimeout" }}
{{- if has (index $config . | toString) (list "" "<nil>") }}
{{- fail (printf "config.%s is needed: the chart's objects follow from it" .) }}
{{- end }}
{{- end }}
{{- if eq (int64 $config.port) (int64 $config.adminPort) }}
{{- fail "config.port and config.adminPort are the same" }}
{{- end }}
{{- $set := include "podway.environment" . | fromYamlArray }}
{{- range $extra := .Values.extraEnv }}
{{- range $set }}
{{- if eq .name $extra.name }}
{{- fail (printf "extraEnv has %s, which config sets, too" .name) }}
{{- end }}
{{- end }}
{{- end }}
{{- $address := $config.adminAddress | default "" }}
{{- if and (not .Values.hostNetwork) (not (has $address (list "" "0.0.0.0" "::"))) }}
{{- fail (printf "config.adminAddress %s: the kubelet asks the admin port at the pod's address, unless hostNetwork is set" $address) }}
{{- end }}
{{- end -}}

{{- define "podway.checkScaling" -}}
{{- with .Values.autoscaling }}
{{- if .enabled }}
{{- if ne $.Values.kind "Deployment" }}
{{- fail "autoscaling.enabled needs kind: Deployment" }}
{{- end }}
{{- if gt (int64 .minReplicas) (int64 .maxReplicas) }}
{{- fail "autoscaling.minReplicas is above autoscaling.maxReplicas" }}
{{- end }}
{{- if not (or .targetCPUUtilizationPercentage .targetConnections .extraMetrics) }}
{{- fail "autoscaling.enabled needs targetCPUUtilizationPercentage, targetConnections or extraMetrics" }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
