{{- /* The zones of the values as they are applied, as {"zones": […]}: with a namespace, and with servedBy and nudge of the bundled CoreDNS where
     it serves them and the spec does not say otherwise. */ -}}
{{- define "dnsalias.zones" -}}
{{- $root := . -}}
{{- $zones := list -}}
{{- range .Values.zones }}
{{- $zone := deepCopy . -}}
{{- $_ := set $zone "namespace" (.namespace | default $root.Release.Namespace) -}}
{{- $coreDNS := dig "provider" "coreDNS" dict $zone.spec -}}
{{- if and $root.Values.coredns.enabled $coreDNS.zoneFile (eq $zone.namespace $root.Release.Namespace) }}
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

{{- /* The rendered ConfigMaps that the bundled CoreDNS serves, as {"names": […]}. */ -}}
{{- define "dnsalias.served" -}}
{{- $root := . -}}
{{- $names := .Values.coredns.zoneConfigMaps -}}
{{- range (fromJson (include "dnsalias.zones" .)).zones }}
{{- if and (dig "provider" "coreDNS" "zoneFile" dict .spec) (eq .namespace $root.Release.Namespace) }}
{{- $names = append $names (include "dnsalias.rendered" .) -}}
{{- end }}
{{- end }}
{{- dict "names" (uniq $names) | toJson }}
{{- end }}

{{- /* The ConfigMap that a zone is rendered to: the one of its spec, or the default of the program. */ -}}
{{- define "dnsalias.rendered" -}}
{{- dig "provider" "coreDNS" "zoneFile" "configMap" "name" (printf "dnsalias-%s" (.spec.domain | trimSuffix "." | lower | replace "." "-")) .spec }}
{{- end }}
