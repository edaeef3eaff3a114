import { X509Certificate } from "node:crypto";
import type { AuthoritySpec } from "../../dns-zone.ts";
import { problem, type Problem } from "../../schema/problem.ts";
import type { AuthoritiesText } from "../shared-fields.ts";

/** The bundle as PEM. */
export function authoritiesOf({ caBundle, caBundleRef }: AuthoritiesText): AuthoritySpec {
  return {
    ...(caBundle === undefined ? {} : { caBundle: decoded(caBundle) }),
    ...(caBundleRef === undefined ? {} : { caBundleRef }),
  };
}

/** What the rules can't see in a bundle: its content, which is never repeated. */
export function authorityProblems(at: string, caBundle: string | undefined): readonly Problem[] {
  const message = caBundle === undefined ? undefined : bundleProblem(decoded(caBundle));
  return message === undefined ? [] : [problem(`${at}.caBundle`, undefined, message)];
}

/** What is wrong with a bundle in PEM; undefined if every certificate in it can be read. */
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
