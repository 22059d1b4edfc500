{{/*
Every template below is rendered once for each router. Without `routers` there is one, from the values as they are; with
`routers` each is the values with its own entry laid over them.

Call: {{ include "podway.each" (dict "root" $ "template" "podway.service") }}
*/}}
{{- define "podway.each" -}}
{{- $root := .root -}}
{{- $template := .template -}}
{{- range $name, $own := $root.Values.routers | default (dict "" dict) }}
{{- $values := mergeOverwrite (deepCopy (omit $root.Values "routers")) (deepCopy ($own | default dict)) }}
{{- $router := dict "name" $name "Values" $values }}
{{- range $key := list "Chart" "Release" "Capabilities" "Files" "Template" }}
{{- $_ := set $router $key (get $root $key) }}
{{- end }}
{{- with include $template $router | trim }}
---
{{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Name of the release's objects, at most 63 characters with the router's name. */}}
{{- define "podway.releaseName" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (.Values.nameOverride | default .Chart.Name) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (.Values.nameOverride | default .Chart.Name) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end -}}

{{- define "podway.name" -}}
{{- if .name }}
{{- printf "%s-%s" (include "podway.releaseName" .) .name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- include "podway.releaseName" . }}
{{- end }}
{{- end -}}

{{/* Names of cluster-wide objects also tell the namespace: one release name may be used in several. */}}
{{- define "podway.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "podway.name" .) }}
{{- end -}}

{{- define "podway.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "podway.name" .) "default" .Values.serviceAccount.create) }}
{{- end -}}

{{- define "podway.selectorLabels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ .name | default "router" }}
{{- end -}}

{{/* A pod's labels say nothing of the chart's version: a new chart alone replaces no pod. */}}
{{- define "podway.podMarks" -}}
{{- $labels := mergeOverwrite (deepCopy .Values.commonLabels) .Values.podLabels (include "podway.selectorLabels" . | fromYaml) -}}
{{- $annotations := mergeOverwrite (deepCopy .Values.commonAnnotations) .Values.podAnnotations -}}
labels:
  {{- toYaml $labels | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "podway.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ .name | default "router" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
labels and annotations of one object, common ones included.

Call: {{ include "podway.marks" (dict "router" . "labels" .Values.x.labels "annotations" .Values.x.annotations) }}
*/}}
{{- define "podway.marks" -}}
{{- $labels := mergeOverwrite (include "podway.labels" .router | fromYaml) (.labels | default dict) -}}
{{- $annotations := mergeOverwrite (deepCopy .router.Values.commonAnnotations) (.annotations | default dict) -}}
labels:
  {{- toYaml $labels | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
