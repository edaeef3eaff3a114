{{- define "dnsalias.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "dnsalias.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "dnsalias.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "dnsalias.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "dnsalias.selector" -}}
app.kubernetes.io/name: {{ include "dnsalias.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "dnsalias.coredns.selector" -}}
app.kubernetes.io/name: {{ include "dnsalias.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: coredns
{{- end }}

{{- /* Labels and annotations of an object. Takes the root, and may take labels and annotations beside. */ -}}
{{- define "dnsalias.meta" -}}
{{- $root := .root -}}
labels:
  helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
  app.kubernetes.io/name: {{ include "dnsalias.name" $root }}
  app.kubernetes.io/instance: {{ $root.Release.Name }}
  app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ $root.Release.Service }}
  app.kubernetes.io/part-of: dnsalias
  {{- with mergeOverwrite (dict) $root.Values.commonLabels (.labels | default dict) }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with mergeOverwrite (dict) $root.Values.commonAnnotations (.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "dnsalias.image" -}}
{{- if .image.digest }}
{{- printf "%s@%s" .image.repository .image.digest }}
{{- else }}
{{- printf "%s:%s" .image.repository (.image.tag | default .root.Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- define "dnsalias.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "dnsalias.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- /* Topology spread constraints with the labelSelector filled in. Takes constraints and selector. */ -}}
{{- define "dnsalias.spread" -}}
{{- $selector := .selector -}}
{{- range .constraints }}
- {{ toYaml (mergeOverwrite (dict "labelSelector" (dict "matchLabels" (fromYaml $selector))) .) | nindent 2 | trim }}
{{- end }}
{{- end }}

{{- /* The rest of a DNS Service. Takes service, ports (names in the pod), selector. */ -}}
{{- define "dnsalias.dnsService" -}}
type: {{ .service.type }}
{{- with .service.clusterIP }}
clusterIP: {{ . }}
{{- end }}
ipFamilyPolicy: {{ .service.ipFamilyPolicy }}
{{- if ne .service.type "ClusterIP" }}
externalTrafficPolicy: {{ .service.externalTrafficPolicy }}
{{- end }}
{{- if eq .service.type "LoadBalancer" }}
{{- with .service.loadBalancerClass }}
loadBalancerClass: {{ . }}
{{- end }}
{{- with .service.loadBalancerSourceRanges }}
loadBalancerSourceRanges:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
selector:
  {{- .selector | nindent 2 }}
ports:
  - name: dns
    port: {{ .service.port }}
    protocol: UDP
    targetPort: {{ .target }}
    {{- if and (ne .service.type "ClusterIP") .service.nodePort }}
    nodePort: {{ .service.nodePort }}
    {{- end }}
  - name: dns-tcp
    port: {{ .service.port }}
    protocol: TCP
    targetPort: {{ .target }}-tcp
    {{- if and (ne .service.type "ClusterIP") .service.nodePort }}
    nodePort: {{ .service.nodePort }}
    {{- end }}
{{- end }}
