{{- /*
The rights that are needed, by namespace, as JSON: what the zones of the values name, and what rbac.* adds for zones made otherwise.
  {NAMESPACE: {inputs: [names], outputs: [names], allConfigMaps: bool, corefiles: [names], ownCorefiles: [names], secrets: [names],
               serving: bool, services: [names], allServices: bool, nudge: bool, listServices: bool, dnsEndpoints: bool}}
A zone reads the annotation of a Service of another namespace (services for servedBy, listServices for the nudge), and creates the ConfigMap of an
overlay in its own namespace only (ownCorefiles).
*/ -}}
{{- define "dnsalias.grants" -}}
{{- $grants := dict -}}
{{- range (fromJson (include "dnsalias.zones" .)).zones }}
{{- include "dnsalias.grantsOfZone" (dict "grants" $grants "zone" .) -}}
{{- end }}
{{- range .Values.rbac.zoneNamespaces }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" . "what" "allConfigMaps") -}}
{{- end }}
{{- range .Values.rbac.corefiles }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" .namespace "what" "corefiles" "name" .name) -}}
{{- end }}
{{- range .Values.rbac.secrets }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" .namespace "what" "secrets" "name" .name) -}}
{{- end }}
{{- range .Values.rbac.nudgeNamespaces }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" . "what" "nudge") -}}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" . "what" "listServices") -}}
{{- end }}
{{- range .Values.rbac.servingNamespaces }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" . "what" "serving") -}}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" . "what" "allServices") -}}
{{- end }}
{{- range .Values.rbac.dnsEndpointNamespaces }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" . "what" "dnsEndpoints") -}}
{{- end }}
{{- toJson $grants }}
{{- end }}

{{- /* Adds what one zone needs. */ -}}
{{- define "dnsalias.grantsOfZone" -}}
{{- $grants := .grants -}}
{{- $namespace := .zone.namespace -}}
{{- $provider := .zone.spec.provider | default dict -}}
{{- with dig "coreDNS" "zoneFile" dict $provider }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" $namespace "what" "outputs" "name" (include "dnsalias.rendered" $.zone)) -}}
{{- end }}
{{- range list (dig "coreDNS" "zoneFile" "baseZone" dict $provider) (dig "transfer" "baseZone" dict $provider) (dig "responder" "baseZone" dict $.zone.spec) }}
{{- with .configMapKeyRef }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" $namespace "what" "inputs" "name" .name) -}}
{{- end }}
{{- end }}
{{- with dig "coreDNS" "overlay" "configMap" dict $provider }}
{{- $there := .namespace | default "kube-system" -}}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" $there "what" "corefiles" "name" .name) -}}
{{- if eq $there $namespace }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" $there "what" "ownCorefiles" "name" .name) -}}
{{- end }}
{{- end }}
{{- range list (dig "rfc2136" "tsig" "secretRef" dict $provider) (dig "powerDNS" "apiKeyRef" dict $provider) (dig "transfer" "tsig" "secretRef" dict $provider) (dig "coreDNSEtcd" "auth" "passwordRef" dict $provider) (dig "coreDNSEtcd" "clientCertificateRef" dict $provider) }}
{{- with .name }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" $namespace "what" "secrets" "name" .) -}}
{{- end }}
{{- end }}
{{- range list "powerDNS" "externalDNSWebhook" "coreDNSEtcd" }}
{{- with dig . "caBundleRef" dict $provider }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" $namespace "what" (eq .kind "Secret" | ternary "secrets" "inputs") "name" .name) -}}
{{- end }}
{{- end }}
{{- with dig "servedBy" "service" dict $.zone.spec }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" .namespace "what" "serving") -}}
{{- if ne .namespace $namespace }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" .namespace "what" "services" "name" .name) -}}
{{- end }}
{{- end }}
{{- with dig "coreDNS" "nudge" dict $provider }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" .namespace "what" "nudge") -}}
{{- if ne .namespace $namespace }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" .namespace "what" "listServices") -}}
{{- end }}
{{- end }}
{{- if hasKey $provider "dnsEndpoint" }}
{{- include "dnsalias.grant" (dict "grants" $grants "namespace" $namespace "what" "dnsEndpoints") -}}
{{- end }}
{{- end }}

{{- /* Notes one right: with a name it is put on a list, without it is a switch. */ -}}
{{- define "dnsalias.grant" -}}
{{- $there := get .grants .namespace | default dict -}}
{{- if .name }}
{{- $_ := set $there .what (append (get $there .what | default list) .name | uniq) -}}
{{- else }}
{{- $_ := set $there .what true -}}
{{- end }}
{{- $_ := set .grants .namespace $there -}}
{{- end }}
