{{- /* The zones of the values as they are applied, as {"zones": […]}: with a namespace, and with servedBy and nudge of the bundled CoreDNS where
     it serves them and the spec does not say otherwise. */ -}}
{{- define "dnsalias.zones" -}}
{{- $root := . -}}
{{- $zones := list -}}
{{- range .Values.zones }}
{{- $zone := deepCopy . -}}
{{- $_ := set $zone "namespace" (.namespace | default (include "dnsalias.namespace" $root)) -}}
{{- $coreDNS := dig "provider" "coreDNS" dict $zone.spec -}}
{{- if and $root.Values.coredns.enabled $coreDNS.zoneFile (eq $zone.namespace (include "dnsalias.namespace" $root)) }}
{{- $name := printf "%s-coredns" (include "dnsalias.fullname" $root) -}}
{{- if not (hasKey $zone.spec "servedBy") }}
{{- $_ := set $zone.spec "servedBy" (dict "service" (dict "namespace" $zone.namespace "name" $name "port" $root.Values.coredns.port)) -}}
{{- end }}
{{- if and $root.Values.coredns.nudge (not (hasKey $coreDNS "nudge")) }}
{{- $labels := fromYaml (include "dnsalias.coredns.selector" $root) -}}
{{- $_ := set $coreDNS "nudge" (dict "namespace" $zone.namespace "selector" (dict "matchLabels" $labels)) -}}
{{- end }}
{{- end }}
{{- $zones = append $zones $zone -}}
{{- end }}
{{- dict "zones" $zones | toJson }}
{{- end }}

{{- /* The zones of other namespaces that name the bundled CoreDNS in servedBy, or nudge its pods, with those of the annotation in the values:
     the text of its Service's annotation dnsalias.io/allow-zone. */ -}}
{{- define "dnsalias.coredns.allowZones" -}}
{{- $root := . -}}
{{- $here := (include "dnsalias.namespace" .) -}}
{{- $name := printf "%s-coredns" (include "dnsalias.fullname" .) -}}
{{- $allowed := list -}}
{{- with get (.Values.coredns.service.annotations | default dict) "dnsalias.io/allow-zone" }}
{{- $allowed = append $allowed . -}}
{{- end }}
{{- range (fromJson (include "dnsalias.zones" .)).zones }}
{{- $service := dig "servedBy" "service" dict .spec -}}
{{- $isServed := and (eq ($service.namespace | default "") $here) (eq ($service.name | default "") $name) -}}
{{- $isNudged := eq (dig "provider" "coreDNS" "nudge" "namespace" "" .spec) $here -}}
{{- if and (ne .namespace $here) (or $isServed $isNudged) }}
{{- $allowed = append $allowed (printf "%s/%s" .namespace .name) -}}
{{- end }}
{{- end }}
{{- join ", " (uniq $allowed) }}
{{- end }}

{{- /* The objects of other namespaces that the zones of the values name and the chart does not make, as {"WORDS OF KUBECTL": ["namespace/name"]}:
     each has to permit these zones by the annotation dnsalias.io/allow-zone. */ -}}
{{- define "dnsalias.consents" -}}
{{- $root := . -}}
{{- $own := printf "-n %s service %s-coredns" (include "dnsalias.namespace" .) (include "dnsalias.fullname" .) -}}
{{- $consents := dict -}}
{{- range (fromJson (include "dnsalias.zones" .)).zones }}
{{- $zone := . -}}
{{- $objects := list -}}
{{- with dig "provider" "coreDNS" "overlay" "configMap" dict .spec }}
{{- $objects = append $objects (dict "namespace" (.namespace | default "kube-system") "words" (printf "configmap %s" .name)) -}}
{{- end }}
{{- with dig "servedBy" "service" dict .spec }}
{{- $objects = append $objects (dict "namespace" .namespace "words" (printf "service %s" .name)) -}}
{{- end }}
{{- range $objects }}
{{- $key := printf "-n %s %s" .namespace .words -}}
{{- if and (ne .namespace $zone.namespace) (not (and $root.Values.coredns.enabled (eq $key $own))) }}
{{- $_ := set $consents $key (append (get $consents $key | default list) (printf "%s/%s" $zone.namespace $zone.name)) -}}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $consents }}
{{- end }}

{{- /* The rendered ConfigMaps that the bundled CoreDNS serves, as {"names": […]}. */ -}}
{{- define "dnsalias.served" -}}
{{- $root := . -}}
{{- $names := .Values.coredns.zoneConfigMaps -}}
{{- range (fromJson (include "dnsalias.zones" .)).zones }}
{{- if and (dig "provider" "coreDNS" "zoneFile" dict .spec) (eq .namespace (include "dnsalias.namespace" $root)) }}
{{- $names = append $names (include "dnsalias.rendered" .) -}}
{{- end }}
{{- end }}
{{- dict "names" (uniq $names) | toJson }}
{{- end }}

{{- /* The ConfigMap that a zone is rendered to: the one of its spec, or the default of the program. */ -}}
{{- define "dnsalias.rendered" -}}
{{- dig "provider" "coreDNS" "zoneFile" "configMap" "name" (printf "dnsalias-%s" (.spec.domain | trimSuffix "." | lower | replace "." "-")) .spec }}
{{- end }}
