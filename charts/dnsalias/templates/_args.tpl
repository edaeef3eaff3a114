{{- /* The options of `dnsalias run`. */ -}}
{{- define "dnsalias.args" -}}
- run
- --listen-ops=:{{ .Values.ops.port }}
- --log-level={{ .Values.log.level }}
- --log-format={{ .Values.log.format }}
{{- with .Values.ownerId }}
- --owner-id={{ . }}
{{- end }}
{{- range .Values.adoptOwnerIds }}
- --adopt-owner-id={{ . }}
{{- end }}
- --concurrency={{ .Values.concurrency }}
- --drain-timeout={{ .Values.drainTimeoutSeconds }}
- --lease-name={{ include "dnsalias.fullname" . }}
- --lease-namespace={{ include "dnsalias.namespace" . }}
{{- range .Values.watchNamespaces }}
- --namespace={{ . }}
{{- end }}
{{- range .Values.resolvers }}
- {{ printf "--resolver=%s" . | quote }}
{{- end }}
{{- if .Values.resolverCa.configMap }}
- --resolver-ca=/resolver-ca/ca.crt
{{- end }}
{{- if .Values.responder.enabled }}
- --responder
- --responder-listen=:{{ .Values.responder.port }}
- --responder-workers={{ .Values.responder.workers }}
- --responder-io={{ .Values.responder.io }}
{{- range .Values.responder.exempt }}
- --responder-exempt={{ . }}
{{- end }}
{{- end }}
{{- with .Values.healthChecks }}
{{- if .enabled }}
- --health-checks
- --health-check-ports={{ join "," .ports }}
{{- range .allow }}
- --health-check-allow={{ . }}
{{- end }}
- --health-check-rate={{ .rate }}
{{- end }}
{{- end }}
{{- if .Values.transfer.enabled }}
- --transfer-listen=:{{ .Values.transfer.port }}
{{- end }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}
