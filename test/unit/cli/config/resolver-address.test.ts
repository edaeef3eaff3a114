import assert from "node:assert/strict";
import { test } from "node:test";
import { parseResolvConf, parseResolverAddress } from "../../../../src/cli/config/resolver-address.ts";

const good: readonly (readonly [string, object])[] = [
  ["10.0.0.10", { protocol: "udp", address: "10.0.0.10", port: 53 }],
  ["10.0.0.10:5353", { protocol: "udp", address: "10.0.0.10", port: 5353 }],
  ["10.0.0.10:1", { protocol: "udp", address: "10.0.0.10", port: 1 }],
  ["10.0.0.10:65535", { protocol: "udp", address: "10.0.0.10", port: 65_535 }],
  ["udp://10.0.0.10", { protocol: "udp", address: "10.0.0.10", port: 53 }],
  ["2001:DB8:0::1", { protocol: "udp", address: "2001:db8::1", port: 53 }],
  ["[2001:db8::1]:5353", { protocol: "udp", address: "2001:db8::1", port: 5353 }],
  ["tcp://[::1]:53", { protocol: "tcp", address: "::1", port: 53 }],
  ["tls://1.1.1.1", { protocol: "tls", address: "1.1.1.1", port: 853 }],
  [
    "tls://1.1.1.1:8853#one.one.one.one",
    { protocol: "tls", address: "1.1.1.1", port: 8853, serverName: "one.one.one.one" },
  ],
  ["https://1.1.1.1", { protocol: "https", address: "1.1.1.1", port: 443 }],
  ["https://1.1.1.1/dns-query", { protocol: "https", address: "1.1.1.1", port: 443, path: "/dns-query" }],
  [
    "HTTPS://[2606:4700::1111]:8443/q?x=1#cloudflare-dns.com",
    { protocol: "https", address: "2606:4700::1111", port: 8443, path: "/q?x=1", serverName: "cloudflare-dns.com" },
  ],
];

for (const [text, want] of good) {
  test(`the server ${text}`, () => {
    assert.deepEqual(parseResolverAddress(text), want);
  });
}

const wrong: readonly (readonly [string, RegExp])[] = [
  ["", /must be an address/],
  ["localhost", /must be an address/],
  ["dns.google:53", /must be an address/],
  ["tls://dns.google", /must be an address/],
  ["1.1.1", /must be an address/],
  ["1.1.1.01", /must be an address/],
  ["1.1.1.1:", /must be an address/],
  ["1.1.1.1:0", /port 0 is not between/],
  ["1.1.1.1:65536", /port 65536 is not between/],
  ["quic://1.1.1.1", /the scheme quic is not udp, tcp, tls, or https/],
  ["tls://1.1.1.1/path", /only https addresses may have a path/],
  ["1.1.1.1#name", /only tls and https addresses may have a name after #/],
  ["tls://1.1.1.1#no name", /must be an address/],
  ["tls://1.1.1.1#-bad-", /-bad- is not a hostname/],
];

for (const [text, says] of wrong) {
  test(`"${text}" is no server, and is told why`, () => {
    const server = parseResolverAddress(text);
    assert.match(typeof server === "string" ? server : JSON.stringify(server), says);
  });
}

test("resolv.conf gives its name servers in order, once each, and at most eight", () => {
  const text = `# nameserver 9.9.9.9
search example.com
nameserver 10.0.0.10
  nameserver\t2001:db8::1 # comment
nameserver fe80::1%eth0
nameserver 10.0.0.10
options ndots:5
${Array.from({ length: 20 }, (_, index) => `nameserver 10.1.0.${index}`).join("\n")}
`;
  const servers = parseResolvConf(text);
  assert.equal(servers.length, 8);
  assert.deepEqual(
    servers.slice(0, 3).map(({ address }) => address),
    ["10.0.0.10", "2001:db8::1", "10.1.0.0"],
  );
});

test("without name servers it is the one of this machine, as resolv.conf(5) says", () => {
  assert.deepEqual(parseResolvConf(""), [{ protocol: "udp", address: "127.0.0.1", port: 53 }]);
});
