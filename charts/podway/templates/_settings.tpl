{{/*
The environment: `config.drainDelay` is DRAIN_DELAY. What is null, empty or an empty list stays unset, and podway takes its
default. Numbers come from YAML as floats, so they are written as whole numbers again.
*/}}
{{- define "podway.environment" -}}
{{- range $key, $value := .Values.config }}
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
{{- end -}}

{{/* Seconds of a duration as podway reads it (500ms, 5s, 5m, 1h, or seconds without a unit), rounded up. */}}
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

{{/* The kubelet kills after this: the drain, and time to end what is left. */}}
{{- define "podway.gracePeriod" -}}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds }}
{{- add (include "podway.seconds" .Values.config.drainDelay) (include "podway.seconds" .Values.config.drainTimeout) 5 }}
{{- else }}
{{- .Values.terminationGracePeriodSeconds | int64 }}
{{- end }}
{{- end -}}
