import assert from "node:assert/strict";
import { appendFile, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { bundleProblem } from "../../../src/api/zone/convert/convert-authorities.ts";
import { systemClock } from "../../../src/base/clock.ts";
import type { RecordBackend, SecretRead } from "../../../src/providers/backend.ts";
import { createTlsSource } from "../../../src/providers/tls/tls-source.ts";
import { createHttpClient, type HttpClient } from "../../../src/transport/http-client.ts";
import { makeCertificate, type Certificate } from "../../lab/certificate.ts";
import { skipWithout } from "../../support/component.ts";
import { startEtcd, type Etcd } from "../../support/etcd.ts";
import { NEVER } from "../../support/provider-lab.ts";
import { etcdBackend } from "./lab.ts";

describe("etcd with --client-cert-auth", { skip: skipWithout("etcd", "openssl") }, () => {
  let etcd: Etcd;
  let http: HttpClient;
  let server: Certificate;
  let client: Certificate;
  let directory: string;
  /** What the ConfigMap and the Secret hold, by object and key. */
  const objects = new Map<string, string>();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dnsalias-etcd-tls-"));
    server = await makeCertificate(["IP:127.0.0.1"]);
    client = await makeCertificate(["DNS:dnsalias"]);
    const trustedFile = join(directory, "trusted.pem");
    // etcd's own gateway shows the server's certificate to etcd.
    await copyFile(server.certFile, trustedFile);
    await appendFile(trustedFile, client.cert);
    etcd = await startEtcd({ tls: { certFile: server.certFile, keyFile: server.keyFile, trustedFile } });
    http = createHttpClient({ clock: systemClock, timeoutMs: 5_000 });
  });

  after(async () => {
    await http[Symbol.asyncDispose]();
    await etcd[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it("answers with the certificate of the Secret, and with a renewed one, and says what is wrong with others", async () => {
    const backend = referring();
    assert.match(
      await said(backend),
      /refused CertificateInvalid: ConfigMap "ca" key "ca\.crt" \(caBundleRef\) does not exist/,
    );
    objects.set("ca ca.crt", "no certificate");
    assert.match(await said(backend), /refused CertificateInvalid: .*no certificate in PEM/);
    objects.set("ca ca.crt", server.cert);
    assert.match(await said(backend), /refused SecretMissing: client tls\.crt/);
    objects.set("client tls.crt", "x").set("client tls.key", "y");
    assert.match(await said(backend), /refused CertificateInvalid: Secret "client" .*kubernetes\.io\/tls/);

    await using stranger = await makeCertificate(["DNS:stranger"]);
    objects.set("client tls.crt", stranger.cert).set("client tls.key", stranger.key);
    assert.match(await said(backend), /^failed: .*etcd at https:/);
    objects.set("client tls.crt", client.cert).set("client tls.key", client.key);
    assert.equal(await said(backend), "ok");
  });

  it("refuses a client without a certificate", async () => {
    const without = etcdBackend({ endpoints: [etcd.clientUrl], http, spec: { caBundle: server.cert } });
    assert.match(await said(without), /^failed: /);
  });

  function referring(): RecordBackend {
    const text = (name: string, key: string) => async (): Promise<SecretRead> => {
      const found = objects.get(`${name} ${key}`);
      return found === undefined
        ? { kind: "refused", reason: "SecretMissing", message: `${name} ${key}` }
        : { kind: "ok", text: found };
    };
    const tls = createTlsSource(
      {
        bundleProblem,
        secretText: ({ name, key }) => text(name, key),
        configMapText: ({ name, key }) => ({
          location: name,
          read: async () => ({ kind: "ok", text: objects.get(`${name} ${key}`), revision: "", owner: undefined }),
        }),
      },
      { caBundleRef: { kind: "ConfigMap", name: "ca", key: "ca.crt" }, clientCertificateRef: { name: "client" } },
    );
    return etcdBackend({ endpoints: [etcd.clientUrl], http, tls });
  }

  async function said(backend: RecordBackend): Promise<string> {
    const read = await backend.read([], NEVER);
    switch (read.kind) {
      case "refused":
        return `refused ${read.reason}: ${read.message}`;
      case "failed":
        return `failed: ${read.message}`;
      case "ok":
        return "ok";
    }
  }
});
