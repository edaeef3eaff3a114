import type { AuthoritySpec, SecretKeyRef } from "../../api/dns-zone.ts";
import type { SecretRead, SecretText, TlsRead, TlsSource } from "../backend.ts";
import type { BackendProblem } from "../http-error.ts";
import type { TextRead } from "../text-store.ts";

export interface TlsReferences extends AuthoritySpec {
  readonly clientCertificateRef?: { readonly name: string };
}

export interface TlsSourceDeps {
  /** The fault in a PEM bundle. Undefined: there is none. */
  readonly bundleProblem: (pem: string) => string | undefined;
  /** A key of a Secret in the DnsZone's namespace. */
  readonly secretText: (ref: SecretKeyRef) => SecretText;
  /** A key of a ConfigMap in that namespace. */
  readonly configMapText: (ref: SecretKeyRef) => TextSource;
}

interface TextSource {
  readonly location: string;
  read(signal: AbortSignal): Promise<TextRead>;
}

export function createTlsSource(deps: TlsSourceDeps, references: TlsReferences): TlsSource {
  const bundle = bundleSource(deps, references);
  const certificate = certificateSource(deps, references);
  return async (signal) => {
    const authorities = await bundle(signal);
    if (authorities.kind !== "ok") {
      return authorities;
    }
    const own = await certificate(signal);
    return own.kind === "ok" ? { kind: "ok", tls: { ...authorities.tls, ...own.tls } } : own;
  };
}

const NOTHING: TlsRead = { kind: "ok", tls: {} };

function bundleSource(deps: TlsSourceDeps, { caBundle, caBundleRef }: TlsReferences): TlsSource {
  if (caBundleRef === undefined) {
    return async () => (caBundle === undefined ? NOTHING : { kind: "ok", tls: { caBundle } });
  }
  const location = `${caBundleRef.kind} "${caBundleRef.name}" key "${caBundleRef.key}" (caBundleRef)`;
  const text =
    caBundleRef.kind === "Secret"
      ? deps.secretText(caBundleRef)
      : configMapAsSecret(deps.configMapText(caBundleRef), location);
  return async (signal) => {
    const read = await text(signal);
    if (read.kind !== "ok") {
      return read;
    }
    const wrong = deps.bundleProblem(read.text);
    return wrong === undefined
      ? { kind: "ok", tls: { caBundle: read.text } }
      : { kind: "refused", reason: "CertificateInvalid", message: `${location}: ${wrong}.` };
  };
}

type TextOrProblem = (signal: AbortSignal) => Promise<SecretRead | BackendProblem>;

function configMapAsSecret(source: TextSource, location: string): TextOrProblem {
  return async (signal) => {
    const read = await source.read(signal);
    if (read.kind !== "ok") {
      return read.kind === "failed" ? { kind: "failed", message: read.message } : read;
    }
    return read.text === undefined
      ? { kind: "refused", reason: "CertificateInvalid", message: `${location} does not exist. Create it.` }
      : { kind: "ok", text: read.text };
  };
}

function certificateSource({ secretText }: TlsSourceDeps, { clientCertificateRef: ref }: TlsReferences): TlsSource {
  if (ref === undefined) {
    return async () => NOTHING;
  }
  const certificateText = secretText({ name: ref.name, key: "tls.crt" });
  const keyText = secretText({ name: ref.name, key: "tls.key" });
  return async (signal) => {
    const certificate = await certificateText(signal);
    if (certificate.kind !== "ok") {
      return certificate;
    }
    const key = await keyText(signal);
    if (key.kind !== "ok") {
      return key;
    }
    const isPem = certificate.text.includes("-----BEGIN CERTIFICATE-----") && key.text.includes("PRIVATE KEY-----");
    return isPem
      ? { kind: "ok", tls: { clientCertificate: { certificate: certificate.text, key: key.text } } }
      : {
          kind: "refused",
          reason: "CertificateInvalid",
          message: `Secret "${ref.name}" (clientCertificateRef) has no certificate and key in PEM under tls.crt and tls.key. Use a Secret of the type kubernetes.io/tls.`,
        };
  };
}
