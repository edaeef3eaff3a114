import { X509Certificate } from "node:crypto";
import type { AuthoritySpec } from "../../dns-zone.ts";
import { problem, type Problem } from "../../schema/problem.ts";
import type { AuthoritiesText } from "../shared-fields.ts";

/** Returns the authorities of a server, with the bundle decoded to PEM. */
export function authoritiesOf({ caBundle, caBundleRef }: AuthoritiesText): AuthoritySpec {
  return {
    ...(caBundle === undefined ? {} : { caBundle: decoded(caBundle) }),
    ...(caBundleRef === undefined ? {} : { caBundleRef }),
  };
}

/** Problems in the content of a bundle, which the rules can't check. They never repeat the content. */
export function authorityProblems(at: string, caBundle: string | undefined): readonly Problem[] {
  const message = caBundle === undefined ? undefined : bundleProblem(decoded(caBundle));
  return message === undefined ? [] : [problem(`${at}.caBundle`, undefined, message)];
}

/** The fault in a PEM bundle. Undefined if every certificate in it is readable. */
export function bundleProblem(pem: string): string | undefined {
  if (pem.includes("PRIVATE KEY-----")) {
    return "a private key is among the certificates: remove it, and replace it everywhere, because everyone who sees this object knows it";
  }
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    return "no certificate in PEM: encode the text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----";
  }
  const invalid = certificates.findIndex((text) => !isCertificate(text));
  return invalid === -1 ? undefined : `certificate ${invalid + 1} of ${certificates.length} cannot be read`;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*(?:-----END CERTIFICATE-----)?/g;

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

function isCertificate(pem: string): boolean {
  try {
    void new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
