{{- /* The ports outside that the values name, in addition to DNS at port 53, as {"ports": ["PROTOCOL/PORT"]}: of resolvers, and of the servers of zones. */ -}}
{{- define "dnsalias.outsidePorts" -}}
{{- $ports := list -}}
{{- range .Values.resolvers }}
{{- $isTls := hasPrefix "tls://" . }}
{{- $isHttps := hasPrefix "https://" . }}
{{- $default := $isTls | ternary "853" ($isHttps | ternary "443" "53") }}
{{- $port := include "dnsalias.portOf" (dict "address" . "default" $default) }}
{{- $ports = append $ports (printf "TCP/%s" $port) }}
{{- if not (or $isTls $isHttps (hasPrefix "tcp://" .)) }}
{{- $ports = append $ports (printf "UDP/%s" $port) }}
{{- end }}
{{- end }}
{{- range (fromJson (include "dnsalias.zones" .)).zones }}
{{- $ports = concat $ports (fromJson (include "dnsalias.portsOfZone" .spec)).ports }}
{{- end }}
{{- range .Values.networkPolicy.resolverPorts }}
{{- $ports = concat $ports (list (printf "TCP/%v" .) (printf "UDP/%v" .)) }}
{{- end }}
{{- dict "ports" (without $ports "TCP/53" "UDP/53" | uniq | sortAlpha) | toJson }}
{{- end }}

{{- define "dnsalias.portsOfZone" -}}
{{- $provider := .provider | default dict -}}
{{- $ports := list -}}
{{- range concat (dig "rfc2136" "servers" list $provider) (dig "transfer" "notify" list $provider) (dig "servedBy" "addresses" list .) (list (dig "servedBy" "service" dict .)) }}
{{- $ports = concat $ports (list (printf "TCP/%v" (.port | default 53)) (printf "UDP/%v" (.port | default 53))) }}
{{- end }}
{{- range compact (concat (list (dig "powerDNS" "url" "" $provider) (dig "externalDNSWebhook" "url" "" $provider)) (dig "coreDNSEtcd" "endpoints" list $provider)) }}
{{- $default := hasPrefix "https://" . | ternary "443" "80" }}
{{- $ports = append $ports (printf "TCP/%s" (include "dnsalias.portOf" (dict "address" . "default" $default))) }}
{{- end }}
{{- range .resolvers | default list }}
{{- $protocol := .protocol | default "UDP" }}
{{- $default := get (dict "TLS" 853 "HTTPS" 443) $protocol | default 53 }}
{{- $ports = append $ports (printf "TCP/%v" (.port | default $default)) }}
{{- if eq $protocol "UDP" }}
{{- $ports = append $ports (printf "UDP/%v" (.port | default $default)) }}
{{- end }}
{{- end }}
{{- dict "ports" $ports | toJson }}
{{- end }}

{{- /* The port of an address or URL, or the default. An IPv6 address with a port is in brackets. */ -}}
{{- define "dnsalias.portOf" -}}
{{- $place := regexReplaceAll "^[a-z]+://" .address "" | splitList "#" | first | splitList "/" | first -}}
{{- $port := regexFind "(^[^:]*|\\]):[0-9]+$" $place | splitList ":" | last -}}
{{- regexMatch "^[0-9]+$" $port | ternary $port .default }}
{{- end }}
