{{/*
Renders a template once for each router; see _routers.tpl.

Call: {{ include "podway.each" (dict "root" $ "template" "podway.service") }}
*/}}
{{- define "podway.each" -}}
{{- $template := .template }}
{{- $routers := dict }}
{{- include "podway.findRouters" (dict "root" .root "into" $routers) }}
{{- range $router := $routers }}
{{- with include $template $router | trim }}
---
{{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Name of the release's objects. The longest name derived from it ends in `-metrics` and has at most 63 characters. */}}
{{- define "podway.releaseName" -}}
{{- include "podway.cut" (dict "root" . "length" 55) }}
{{- end -}}

{{- define "podway.cut" -}}
{{- $own := .root.Values.nameOverride | default .root.Chart.Name }}
{{- $release := .root.Release.Name }}
{{- $full := ternary $release (printf "%s-%s" $release $own) (contains $own $release) }}
{{- /* The name of a Service begins with a letter. */}}
{{- if regexMatch "^[0-9]" $full }}
{{- $full = printf "%s-%s" $own $release }}
{{- end }}
{{- .root.Values.fullnameOverride | default $full | trunc (int .length) | trimSuffix "-" }}
{{- end -}}

{{/* Name of a router's objects. It shortens the release's name, not the router's, so that two routers never get the same name. */}}
{{- define "podway.name" -}}
{{- if .name }}
{{- printf "%s-%s" (include "podway.cut" (dict "root" . "length" (sub 54 (len .name)))) .name }}
{{- else }}
{{- include "podway.releaseName" . }}
{{- end }}
{{- end -}}

{{- define "podway.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace }}
{{- end -}}

{{/*
Name of cluster-wide objects. It also contains the namespace, since several namespaces may have a release of the same name.
A colon separates them, which neither name can contain but names of roles can: so the release `b` in the namespace `a-c` and
the release `c-b` in `a` get different names.
*/}}
{{- define "podway.clusterName" -}}
{{- printf "%s:%s" (include "podway.namespace" .) (include "podway.name" .) }}
{{- end -}}

{{- define "podway.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "podway.name" .) "default" .Values.serviceAccount.create) }}
{{- end -}}

{{- define "podway.selectorLabels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: {{ .name | default "router" | quote }}
{{- end -}}

{{/* Labels and annotations of pods. They do not contain the chart's version, so that a new chart alone does not replace pods. */}}
{{- define "podway.podMetadata" -}}
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
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{ include "podway.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end -}}

{{/*
The labels and annotations of one object, with the common ones.

Call: {{ include "podway.metadata" (dict "router" . "labels" .Values.x.labels "annotations" .Values.x.annotations) }}
*/}}
{{- define "podway.metadata" -}}
{{- $labels := mergeOverwrite (deepCopy .router.Values.commonLabels) (.labels | default dict) (include "podway.labels" .router | fromYaml) -}}
{{- $annotations := mergeOverwrite (deepCopy .router.Values.commonAnnotations) (.annotations | default dict) -}}
labels:
  {{- toYaml $labels | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
