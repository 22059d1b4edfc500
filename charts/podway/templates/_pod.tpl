{{- define "podway.image" -}}
{{- $image := .Values.image }}
{{- $name := $image.repository }}
{{- if $image.registry }}
{{- $name = printf "%s/%s" $image.registry $image.repository }}
{{- end }}
{{- if $image.digest }}
{{- printf "%s@%s" $name $image.digest }}
{{- else }}
{{- printf "%s:%s" $name ($image.tag | default .Chart.AppVersion) }}
{{- end }}
{{- end -}}

{{/* One probe of the admin port; call with dict "router", "path" and "timing". */}}
{{- define "podway.probe" -}}
httpGet:
  path: {{ .path }}
  port: admin
  {{- /* Without a host the kubelet probes the pod's address. */}}
  {{- if not (has (.router.Values.config.adminAddress | default "") (list "" "0.0.0.0" "::")) }}
  host: {{ .router.Values.config.adminAddress | quote }}
  {{- end }}
{{ toYaml .timing }}
{{- end -}}

{{- define "podway.container" -}}
name: podway
image: {{ include "podway.image" . | quote }}
{{- with .Values.image.pullPolicy }}
imagePullPolicy: {{ . | quote }}
{{- end }}
{{- with .Values.command }}
command: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.args }}
args: {{- toYaml . | nindent 2 }}
{{- end }}
env:
  {{- include "podway.environment" . | trim | nindent 2 }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.extraEnvFrom }}
envFrom: {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: http
    containerPort: {{ .Values.config.port | int64 }}
    protocol: TCP
    {{- if .Values.hostNetwork }}
    hostPort: {{ .Values.config.port | int64 }}
    {{- else if .Values.hostPorts.http }}
    hostPort: {{ .Values.hostPorts.http | int64 }}
    {{- end }}
    {{- if and .Values.hostPorts.http .Values.hostPorts.address (not .Values.hostNetwork) }}
    hostIP: {{ .Values.hostPorts.address | quote }}
    {{- end }}
  {{- if .Values.config.tlsPort }}
  - name: https
    containerPort: {{ .Values.config.tlsPort | int64 }}
    protocol: TCP
    {{- if .Values.hostNetwork }}
    hostPort: {{ .Values.config.tlsPort | int64 }}
    {{- else if .Values.hostPorts.https }}
    hostPort: {{ .Values.hostPorts.https | int64 }}
    {{- end }}
    {{- if and .Values.hostPorts.https .Values.hostPorts.address (not .Values.hostNetwork) }}
    hostIP: {{ .Values.hostPorts.address | quote }}
    {{- end }}
  {{- end }}
  - name: admin
    containerPort: {{ .Values.config.adminPort | int64 }}
    protocol: TCP
    {{- if .Values.hostNetwork }}
    hostPort: {{ .Values.config.adminPort | int64 }}
    {{- else if .Values.hostPorts.admin }}
    hostPort: {{ .Values.hostPorts.admin | int64 }}
    {{- end }}
{{- with .Values.probes.startup }}
startupProbe: {{- include "podway.probe" (dict "router" $ "path" "/healthz" "timing" .) | nindent 2 }}
{{- end }}
{{- with .Values.probes.liveness }}
livenessProbe: {{- include "podway.probe" (dict "router" $ "path" "/healthz" "timing" .) | nindent 2 }}
{{- end }}
{{- with .Values.probes.readiness }}
readinessProbe: {{- include "podway.probe" (dict "router" $ "path" "/readyz" "timing" .) | nindent 2 }}
{{- end }}
{{- with .Values.lifecycle }}
lifecycle: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.resources }}
resources: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.securityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat (include "podway.mounts" . | fromYamlArray) (.Values.extraVolumeMounts | default list) }}
volumeMounts: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The volumes of `tls` and `operator`. The kubelet updates them within about a minute, and podway then reads them again. */}}
{{- define "podway.mounts" -}}
{{- range $volume := include "podway.volumes" . | fromYamlArray }}
- name: {{ $volume.name }}
  mountPath: /etc/podway/{{ $volume.name }}
  readOnly: true
{{- end }}
{{- end -}}

{{- define "podway.volumes" -}}
{{- with .Values.operator.tokenSecret }}
- name: operator
  secret:
    secretName: {{ . | quote }}
{{- end }}
{{- with (.Values.tls | default dict).certificates }}
{{- if or $.Values.config.tlsPort $.Values.config.terminalCertificate }}
- name: certificates
  projected:
    sources:
      {{- range . }}
      - secret:
          name: {{ .secretName | quote }}
          optional: true
          items:
            - key: tls.crt
              path: {{ printf "%s/tls.crt" .name | quote }}
            - key: tls.key
              path: {{ printf "%s/tls.key" .name | quote }}
      {{- end }}
{{- end }}
{{- end }}
{{- if .Values.config.tlsPort }}
{{- with .Values.tls }}
{{- with .tenantCa }}
- name: tenant-ca
  configMap:
    name: {{ . | quote }}
{{- end }}
{{- with .ticketSecret }}
- name: tickets
  secret:
    secretName: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
A spread constraint without its own selector counts the pods of this router, and for a Deployment only those of one
ReplicaSet. Otherwise the scheduler would place the new pods of a rollout away from the old ones, and they would be unevenly
spread after the old ones have gone.
*/}}
{{- define "podway.topologySpread" -}}
{{- range .Values.topologySpreadConstraints }}
{{- $spread := deepCopy . }}
{{- if not .labelSelector }}
{{- $_ := set $spread "labelSelector" (dict "matchLabels" (include "podway.selectorLabels" $ | fromYaml)) }}
{{- if and (eq $.Values.kind "Deployment") (not (hasKey . "matchLabelKeys")) }}
{{- $_ := set $spread "matchLabelKeys" (list "pod-template-hash") }}
{{- end }}
{{- end }}
- {{ toYaml $spread | indent 2 | trim }}
{{- end }}
{{- end -}}

{{- define "podway.podSpec" -}}
serviceAccountName: {{ include "podway.serviceAccountName" . | quote }}
automountServiceAccountToken: {{ not .Values.config.manifests }}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ include "podway.gracePeriod" . }}
{{- if .Values.hostNetwork }}
hostNetwork: true
{{- end }}
{{- if not (kindIs "invalid" .Values.hostUsers) }}
hostUsers: {{ .Values.hostUsers }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.dnsPolicy | default (ternary "ClusterFirstWithHostNet" "" .Values.hostNetwork) }}
dnsPolicy: {{ . | quote }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.initContainers }}
initContainers: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - {{ include "podway.container" . | indent 4 | trim }}
  {{- with .Values.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with concat (include "podway.volumes" . | fromYamlArray) (.Values.extraVolumes | default list) }}
volumes: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- include "podway.topologySpread" . | trim | nindent 2 }}
{{- end }}
{{- end -}}
