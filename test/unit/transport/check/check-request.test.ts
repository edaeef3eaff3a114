import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf, hostHeader } from "../../../../src/transport/check/check-request.ts";

/** An error as Node.js has them for sockets, TLS, and HTTP. */
function errorOf(code: string | undefined): Error {
  return Object.assign(new Error("text of a system or of a server"), code === undefined ? {} : { code });
}

const CLASSES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  refused: ["ECONNREFUSED"],
  timeout: ["ETIMEDOUT"],
  unreachable: ["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"],
  certificate: [
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "HOSTNAME_MISMATCH",
    "INVALID_CA",
    "INVALID_PURPOSE",
    "PATH_LENGTH_EXCEEDED",
  ],
  tls: ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_TLS_HANDSHAKE_TIMEOUT", "EPROTO"],
  closed: ["ECONNRESET", "EPIPE", "ECONNABORTED", undefined],
  protocol: ["HPE_INVALID_CONSTANT", "HPE_HEADER_OVERFLOW"],
};

for (const [name, codes] of Object.entries(CLASSES)) {
  for (const code of codes) {
    test(`an error with ${code === undefined ? "no code" : `the code ${code}`} is a failure of the class ${name}`, () => {
      assert.deepEqual(failureOf(errorOf(code)), { kind: "failure", class: name });
    });
  }
}

for (const code of ["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM", "EPERM", "EACCES"]) {
  test(`an error with the code ${code} is one of this host, and proves nothing`, () => {
    assert.deepEqual(failureOf(errorOf(code)), { kind: "local" });
  });
}

test("whatever isn't an error of Node.js is a closed connection", () => {
  for (const thrown of ["EMFILE", { code: "EMFILE" }, Object.assign(new Error("x"), { code: 13 }), undefined]) {
    assert.deepEqual(failureOf(thrown), { kind: "failure", class: "closed" });
  }
});

for (const [port, tls, want] of [
  [80, false, "shop.example"],
  [443, true, "shop.example"],
  [443, false, "shop.example:443"],
  [80, true, "shop.example:80"],
  [8443, true, "shop.example:8443"],
] as const) {
  test(`the Host header of a request ${tls ? "with" : "without"} TLS to port ${port} is ${want}`, () => {
    assert.equal(hostHeader(port, { host: "shop.example", tls }), want);
  });
}
