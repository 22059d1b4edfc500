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

{{/* Two DaemonSets of the same nodes cannot both have a port of them: the pods of one would wait for ever. */}}
{{- define "podway.checkRouters" -}}
{{- $taken := dict }}
{{- range $name, $own := .Values.routers }}
{{- $values := mergeOverwrite (deepCopy (omit $.Values "routers")) (deepCopy $own) }}
{{- if eq $values.kind "DaemonSet" }}
{{- $ports := ternary (list $values.config.port $values.config.adminPort) (list $values.hostPorts.http $values.hostPorts.admin) $values.hostNetwork }}
{{- range $port := $ports }}
{{- $place := dict "port" $port "addresses" (list $values.hostPorts.address $values.config.address $values.config.adminAddress) "nodes" (list $values.nodeSelector $values.affinity) | toJson }}
{{- if and $port (hasKey $taken $place) }}
{{- fail (printf "routers %s and %s are DaemonSets of the same nodes, and both want their port %v" (get $taken $place) $name (int64 $port)) }}
{{- end }}
{{- $_ := set $taken $place $name }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
