import assert from "node:assert/strict";
import { test } from "node:test";
import type { CoreDNSEtcdSpec } from "../../../../src/api/dns-zone.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { etcdProblem, loginNeeded, misfitOf } from "../../../../src/providers/coredns-etcd/etcd-error.ts";
import type { HttpResult } from "../../../../src/transport/http-client.ts";

const AUTH: NonNullable<CoreDNSEtcdSpec["auth"]> = {
  username: "dns",
  passwordRef: { name: "etcd", key: "password" },
};
const SPEC: CoreDNSEtcdSpec = { endpoints: ["http://a:2379", "http://b:2379"], pathPrefix: "/skydns", auth: AUTH };

function answer(status: number, message: string): HttpResult {
  return { kind: "response", status, mediaType: "application/json", text: JSON.stringify({ code: 7, message }) };
}

/** "Reason: what follows the words of the server", "failed: …" where it may go by itself. */
function problem(http: HttpResult, { auth, ...rest }: CoreDNSEtcdSpec = SPEC): string {
  const spec = auth === undefined ? rest : { ...rest, auth };
  const domain = parseName("example.com");
  const found = etcdProblem(http, { spec, domain, endpoint: "http://a:2379", secrets: ["s3cret", ""] });
  return `${found.kind === "refused" ? found.reason : found.kind}: ${found.message}`;
}

const { auth: _auth, ...ANONYMOUS } = SPEC;
const SECRET = 'the key "password" of the Secret "etcd"';

const PROBLEMS: readonly (readonly [said: string, want: string, spec?: CoreDNSEtcdSpec])[] = [
  [
    "etcdserver: authentication failed, invalid user ID or password",
    `Unauthorized|correct auth.username, or ${SECRET}`,
  ],
  ["etcdserver: user name is empty", `Unauthorized|correct auth.username, or ${SECRET}`],
  ["etcdserver: user name is empty", "Unauthorized|it requires a user: set auth", ANONYMOUS],
  [
    "etcdserver: permission denied",
    "Forbidden|grant the role of the user readwrite access to the key /skydns/com/example and the prefix /skydns/com/example/ (etcdctl role grant-permission)",
  ],
  [
    "etcdserver: request is too large",
    "Rejected|set --max-request-bytes and --max-txn-ops of etcd to their defaults or higher",
  ],
  [
    "etcdserver: too many operations in txn request",
    "Rejected|set --max-request-bytes and --max-txn-ops of etcd to their defaults or higher",
  ],
  [
    "etcdserver: mvcc: database space exceeded",
    "failed|compact and defragment it, then etcdctl alarm disarm, or raise --quota-backend-bytes",
  ],
  ["etcdserver: no leader", "failed|it has no leader at the moment: check that a majority of its members runs"],
  ["etcdserver: request timed out", "failed|it has no leader at the moment: check that a majority of its members runs"],
  ["etcdserver: leader changed", "failed|it has no leader at the moment: check that a majority of its members runs"],
];

for (const [said, want, spec] of PROBLEMS) {
  test(`"${said}"${spec === undefined ? "" : " without a user"} is told with its cure`, () => {
    const [reason, cure] = want.split("|");
    assert.equal(problem(answer(400, said), spec), `${reason}: etcd at http://a:2379 answers "${said}": ${cure}`);
  });
}

test("a server that is not etcd's gateway is told to be none", () => {
  const want =
    "NotSupported: etcd at http://a:2379 answers 404: it is not etcd 3.4 or later with a JSON gateway (--enable-grpc-gateway): correct endpoints";
  assert.equal(problem(answer(404, "permission denied")), want);
});

test("secrets in the words of a server are not shown", () => {
  assert.match(problem(answer(400, "permission denied for s3cret")), /answers "permission denied for \*\*\*":/);
  assert.doesNotMatch(problem(answer(500, "no s3cret")), /s3cret/);
});

test("what etcd doesn't say itself is told by the status, with the field to correct", () => {
  assert.match(problem(answer(401, "")), new RegExp(`^Unauthorized: etcd at http://a:2379 .*${SECRET}`));
  assert.match(problem(answer(403, "")), /^Forbidden: .*permit this address in the proxy in front of it/);
  assert.match(problem(answer(422, "x")), /^Rejected: .*read its message/);
  assert.match(problem(answer(503, "x")), /^failed: /);
  assert.match(problem(answer(302, "x")), /^Rejected: .*set endpoints to the target of the redirect/);
});

test("a login is needed again where the token is not known, or no longer", () => {
  const cases: readonly (readonly [HttpResult, boolean])[] = [
    [answer(401, ""), true],
    [answer(400, "etcdserver: revision of auth store is old"), true],
    [answer(400, "etcdserver: user name is empty"), true],
    [answer(400, "etcdserver: permission denied"), false],
    [answer(200, ""), false],
  ];
  assert.deepEqual(
    cases.map(([http]) => loginNeeded(http)),
    cases.map(([, want]) => want),
  );
});

test("an answer that fits no etcd names all endpoints", () => {
  assert.deepEqual(misfitOf(SPEC, "answers nonsense"), {
    kind: "failed",
    message: "etcd at http://a:2379, http://b:2379 answers nonsense: check that endpoints are correct",
  });
});
