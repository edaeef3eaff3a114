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

{{- define "dnsalias.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace }}
{{- end }}

{{- /* A name outside the namespace of the release, which two releases of the same name in two namespaces don't share. Takes root and suffix. */ -}}
{{- define "dnsalias.outerName" -}}
{{- printf "%s%s.%s" (include "dnsalias.fullname" .root) .suffix (include "dnsalias.namespace" .root) }}
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
  {{- with mergeOverwrite (dict) $root.Values.global.commonLabels $root.Values.commonLabels (.labels | default dict) }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with mergeOverwrite (dict) $root.Values.commonAnnotations (.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* A registry replaces the one in the repository: the part before the first slash, if it is a host. */ -}}
{{- define "dnsalias.image" -}}
{{- $repository := .image.repository -}}
{{- with .image.registry | default .root.Values.global.imageRegistry }}
{{- $first := splitList "/" $repository | first }}
{{- if and (ne $first $repository) (regexMatch "[.:]|^localhost$" $first) }}
{{- $repository = trimPrefix (printf "%s/" $first) $repository }}
{{- end }}
{{- $repository = printf "%s/%s" (trimSuffix "/" .) $repository }}
{{- end }}
{{- if .image.digest }}
{{- printf "%s@%s" $repository .image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (.image.tag | default .root.Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- define "dnsalias.pullSecrets" -}}
{{- with concat (.Values.global.imagePullSecrets | default list) .Values.imagePullSecrets | uniq }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* OpenShift assigns the user under the SCC restricted-v2 and refuses others, so the user of the default values isn't set there. */ -}}
{{- define "dnsalias.podSecurityContext" -}}
{{- $context := .Values.podSecurityContext -}}
{{- if and (.Capabilities.APIVersions.Has "security.openshift.io/v1") (eq (toString $context.runAsUser) "65532") }}
{{- $context = omit $context "runAsUser" "runAsGroup" }}
{{- end }}
{{- toYaml $context }}
{{- end }}

{{- /* The lowest port that the program serves, if it is below 1024. */ -}}
{{- define "dnsalias.lowPort" -}}
{{- $lowest := 1024 }}
{{- range list .Values.responder .Values.transfer }}
{{- if .enabled }}
{{- $lowest = min $lowest .port }}
{{- end }}
{{- end }}
{{- if lt (int $lowest) 1024 }}
{{- $lowest }}
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
