{{/*
Finds the routers of the release, by name. Each is a dict with "name", "Values" and the other fields that templates read.
Without `routers` there is one router, with an empty name and the values of the chart; with `routers`, each router has these
values merged with its own. A router that is null is left out, so one file of values can remove a router of another file.

Fills the dict "into", because a template can only return text.
Call: {{ include "podway.findRouters" (dict "root" $ "into" $routers) }}
*/}}
{{- define "podway.findRouters" -}}
{{- $root := .root }}
{{- $into := .into }}
{{- range $name, $own := $root.Values.routers }}
{{- if not (kindIs "invalid" $own) }}
{{- $router := dict }}
{{- include "podway.makeRouter" (dict "root" $root "name" $name "own" $own "into" $router) }}
{{- $_ := set $into $name $router }}
{{- end }}
{{- end }}
{{- if not $into }}
{{- $router := dict }}
{{- include "podway.makeRouter" (dict "root" $root "name" "" "own" dict "into" $router) }}
{{- $_ := set $into "" $router }}
{{- end }}
{{- end -}}

{{/* Fills the dict "into" with one router. */}}
{{- define "podway.makeRouter" -}}
{{- $into := .into }}
{{- $root := .root }}
{{- $values := dict }}
{{- include "podway.layOver" (dict "base" $values "own" (omit $root.Values "routers")) }}
{{- include "podway.layOver" (dict "base" $values "own" .own) }}
{{- include "podway.settle" $values }}
{{- $_ := set $into "name" .name }}
{{- $_ := set $into "Values" $values }}
{{- range $key := list "Chart" "Release" "Capabilities" "Files" "Template" }}
{{- $_ := set $into $key (get $root $key) }}
{{- end }}
{{- end -}}

{{/* Merges the dict "own" into the dict "base", in place. A null removes the value, at any depth. */}}
{{- define "podway.layOver" -}}
{{- $base := .base }}
{{- range $key, $value := .own }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $base $key }}
{{- else if kindIs "map" $value }}
{{- if not (kindIs "map" (get $base $key)) }}
{{- $_ := set $base $key dict }}
{{- end }}
{{- include "podway.layOver" (dict "base" (get $base $key) "own" $value) }}
{{- else }}
{{- $_ := set $base $key $value }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Replaces removed maps with empty ones where templates read them. */}}
{{- define "podway.settle" -}}
{{- $values := . }}
{{- range list "commonLabels" "podLabels" "commonAnnotations" "podAnnotations" "image" "config" "service" "operator" "hostPorts" "probes" "serviceAccount" "rbac" "updateStrategy" "podDisruptionBudget" "autoscaling" "networkPolicy" "metrics" }}
{{- if not (hasKey $values .) }}
{{- $_ := set $values . dict }}
{{- end }}
{{- end }}
{{- range list "podMonitor" "serviceMonitor" "prometheusRule" "dashboard" }}
{{- if not (hasKey $values.metrics .) }}
{{- $_ := set $values.metrics . dict }}
{{- end }}
{{- end }}
{{- if not (hasKey $values.metrics.serviceMonitor "service") }}
{{- $_ := set $values.metrics.serviceMonitor "service" dict }}
{{- end }}
{{- range list (list $values "hostNetwork") (list $values.serviceAccount "create") }}
{{- $flag := get (first .) (last .) }}
{{- $_ := set (first .) (last .) (and (kindIs "bool" $flag) $flag) }}
{{- end }}
{{- end -}}
