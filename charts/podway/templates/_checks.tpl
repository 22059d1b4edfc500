{{/*
Checks that the schema cannot express, because they concern several values: with these values the templates would render,
but the objects would fail in the cluster or work only in part. They check every router, and a message names the value.
*/}}
{{- define "podway.check" -}}
{{- include "podway.checkNeeded" . }}
{{- include "podway.checkConfig" . }}
{{- include "podway.checkScaling" . }}
{{- with .Values.updateStrategy.type }}
{{- if has . (ternary (list "OnDelete") (list "Recreate") (eq $.Values.kind "Deployment")) }}
{{- fail (printf "updateStrategy.type %s is not valid for a %s" . $.Values.kind) }}
{{- end }}
{{- end }}
{{- if and .Values.metrics.podMonitor.enabled .Values.metrics.serviceMonitor.enabled }}
{{- fail "metrics.podMonitor and metrics.serviceMonitor would scrape every pod twice: enable one of them" }}
{{- end }}
{{- end -}}

{{/* Requires values without which an object would be missing or wrong. */}}
{{- define "podway.checkNeeded" -}}
{{- $needed := list "kind" "image.repository" "config.port" "config.adminPort" "config.apiKeySecretLocation" "config.drainDelay" "config.drainTimeout" }}
{{- with .Values.service }}
{{- if .enabled }}
{{- $needed = concat $needed (list "service.type" "service.port") }}
{{- if $.Values.config.tlsPort }}
{{- $needed = append $needed "service.httpsPort" }}
{{- if eq (int64 .port) (int64 .httpsPort) }}
{{- fail "service.port and service.httpsPort are the same" }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.autoscaling }}
{{- if .enabled }}
{{- $needed = append $needed "autoscaling.maxReplicas" }}
{{- end }}
{{- end }}
{{- range $path := $needed }}
{{- $value := $.Values }}
{{- range splitList "." $path }}
{{- $value = get $value . }}
{{- end }}
{{- if has ($value | toString) (list "" "<nil>") }}
{{- fail (printf "%s is required: the chart's objects depend on it" $path) }}
{{- end }}
{{- end }}
{{- with .Values.podDisruptionBudget }}
{{- if and .enabled (kindIs "invalid" .maxUnavailable) (kindIs "invalid" .minAvailable) }}
{{- fail "podDisruptionBudget.enabled needs maxUnavailable or minAvailable" }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "podway.checkConfig" -}}
{{- $config := .Values.config }}
{{- if eq (int64 $config.port) (int64 $config.adminPort) }}
{{- fail "config.port and config.adminPort are the same" }}
{{- end }}
{{- if and (eq (toString $config.hostGrants) "enforce") $config.watchNamespace (not $config.manifests) (not $config.hostGrantsDefault) (not $config.hostGrantsList) }}
{{- fail "config.hostGrants enforce with config.watchNamespace needs config.hostGrantsDefault or config.hostGrantsList: a Role cannot read its Namespace" }}
{{- end }}
{{- with $config.tlsPort }}
{{- if has (int64 .) (list (int64 $config.port) (int64 $config.adminPort)) }}
{{- fail (printf "config.tlsPort %v is also config.port or config.adminPort: choose another port" (int64 .)) }}
{{- end }}
{{- else }}
{{- if .Values.hostPorts.https }}
{{- fail "hostPorts.https needs config.tlsPort" }}
{{- end }}
{{- end }}
{{- include "podway.checkOperator" . }}
{{- $set := include "podway.environment" . | fromYamlArray }}
{{- range $extra := .Values.extraEnv }}
{{- range $set }}
{{- if eq .name $extra.name }}
{{- fail (printf "extraEnv has %s, which config also sets: remove it from extraEnv" .name) }}
{{- end }}
{{- end }}
{{- end }}
{{- $address := $config.adminAddress | default "" }}
{{- if and (not .Values.hostNetwork) (not (has $address (list "" "0.0.0.0" "::"))) }}
{{- fail (printf "config.adminAddress %s: the kubelet probes the admin port at the pod's address: leave it empty, or set hostNetwork" $address) }}
{{- end }}
{{- end -}}

{{/* podway does not start if the operator listener shares a port, or lacks a token that it needs. */}}
{{- define "podway.checkOperator" -}}
{{- $config := .Values.config }}
{{- with $port := include "podway.operatorPort" . }}
{{- range $other := list "port" "adminPort" "tlsPort" "terminalPort" }}
{{- if and (get $config $other) (eq $port (get $config $other | int64 | toString)) }}
{{- fail (printf "config.operatorPort %s is also config.%s: choose another port" $port $other) }}
{{- end }}
{{- end }}
{{- $address := $config.operatorAddress | default "127.0.0.1" }}
{{- if not (or (hasPrefix "127." $address) (eq "::1" $address) $.Values.operator.tokenSecret $config.operatorTokenFile) }}
{{- fail (printf "config.operatorAddress %s needs operator.tokenSecret: other machines can reach it, and it describes the cluster" $address) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "podway.checkScaling" -}}
{{- with .Values.autoscaling }}
{{- if .enabled }}
{{- if ne $.Values.kind "Deployment" }}
{{- fail "autoscaling.enabled needs kind: Deployment" }}
{{- end }}
{{- if gt (int64 (.minReplicas | default 1)) (int64 .maxReplicas) }}
{{- fail "autoscaling.minReplicas is above autoscaling.maxReplicas" }}
{{- end }}
{{- if not (or .targetCPUUtilizationPercentage .targetConnections .extraMetrics) }}
{{- fail "autoscaling.enabled needs targetCPUUtilizationPercentage, targetConnections or extraMetrics" }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Two DaemonSets on the same nodes cannot use the same port of a node: the pods of one would stay Pending. */}}
{{- define "podway.checkRouters" -}}
{{- $taken := dict }}
{{- $routers := dict }}
{{- include "podway.findRouters" (dict "root" . "into" $routers) }}
{{- range $name, $router := $routers }}
{{- $values := $router.Values }}
{{- if and $values.metrics.serviceMonitor.enabled (hasKey $routers (printf "%s-metrics" $name)) }}
{{- fail (printf "router %s-metrics: router %s has a Service of that name for its ServiceMonitor" $name $name) }}
{{- end }}
{{- if eq ($values.kind | toString) "DaemonSet" }}
{{- $ports := ternary (list $values.config.port $values.config.tlsPort $values.config.adminPort (include "podway.operatorPort" $router | int64)) (list $values.hostPorts.http $values.hostPorts.https $values.hostPorts.admin) $values.hostNetwork }}
{{- range $port := $ports }}
{{- $place := dict "port" $port "addresses" (list $values.hostPorts.address $values.config.address $values.config.adminAddress) "nodes" (list $values.nodeSelector $values.affinity) | toJson }}
{{- if and $port (hasKey $taken $place) }}
{{- fail (printf "routers %s and %s are DaemonSets of the same nodes, and both need port %v of the node" (get $taken $place) $name (int64 $port)) }}
{{- end }}
{{- $_ := set $taken $place $name }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
