import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { waitFor } from "../lab/wait-for.ts";
import { locateComponent, skipWithout } from "../support/component.ts";
import { skipWithoutOutside } from "../support/outside-network.ts";
import { startProcess } from "../support/process.ts";
import { runOrThrow } from "../support/run.ts";
import type { SceneInput, SceneResult } from "./forbidden-scene.ts";

const PERMITTED = "127.1.0.1";
const PORT = 8_443;
/** At least one of each special-use network, and metadata services. Redirects lead to the first one. */
const FORBIDDEN = [
  "10.9.9.9",
  "0.0.0.0",
  "10.255.255.254",
  "100.64.0.1",
  "100.100.100.200",
  "127.0.0.1",
  "127.2.0.1",
  "168.63.129.16",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.254",
  "192.0.0.192",
  "192.0.2.1",
  "192.168.0.1",
  "192.168.255.254",
  "198.18.0.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "2001:db8::1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "ff02::1",
];
/** They contain an IPv4 address, so a spec can't have them. A name server can. */
const HIDDEN = ["::7f00:1", "64:ff9b::a09:909", "64:ff9b:1::a09:909", "2001::1", "2002:a09:909::1"];
/** No packet to the port of the checks except to the permitted target, and no packet that leaves loopback. */
const FILTER = `(dst port ${PORT} and not dst host ${PERMITTED}) or ((tcp or udp) and not net 127.0.0.0/8 and not host ::1)`;

describe(
  "SSRF: no packet leaves for an address that is never checked",
  { skip: skipWithout("ip", "tcpdump", "openssl") || skipWithoutOutside(), concurrency: true },
  () => {
    test("static, by name, by rebinding, by redirect, and by header", async () => {
      const { packets, result } = await capture({ allow: [] });
      assert.deepEqual(packets, []);
      assert.ok(result.successes >= 4, `${result.successes} checks of the permitted target`);
      for (const [name, message] of Object.entries(result.messages)) {
        assert.match(message, /--health-check-allow/, name);
      }
    });

    test("the capture sees the packets if a network is allowed", async () => {
      const { packets } = await capture({ allow: ["10.9.9.0/24"] });
      assert.ok(packets.length > 0);
      assert.ok(
        packets.every((line) => line.includes("> 10.9.9.9.8443")),
        packets.join("\n"),
      );
    });
  },
);

/** Plays the scene in a network whose default route leads to a link whose other end drops all packets, and records them. */
async function capture({ allow }: Pick<SceneInput, "allow">) {
  await using started = new AsyncDisposableStack();
  const ip = locateComponent("ip");
  const network = `dnsalias-ssrf-${process.pid}-${allow.length}`;
  await runOrThrow(ip, ["netns", "add", network]);
  started.defer(async () => void (await runOrThrow(ip, ["netns", "del", network])));
  for (const args of [
    ["link", "set", "lo", "up"],
    ["link", "add", "out0", "arp", "off", "type", "veth", "peer", "name", "sink0"],
    ["link", "set", "sink0", "up"],
    ["addr", "add", "11.0.0.1/24", "dev", "out0"],
    ["addr", "add", "2a00::1/64", "dev", "out0", "nodad"],
    ["link", "set", "out0", "up"],
    ["route", "add", "default", "dev", "out0"],
    ["-6", "route", "add", "default", "dev", "out0"],
  ]) {
    await runOrThrow(ip, ["-n", network, ...args]);
  }
  const inside = (command: string, args: readonly string[]) =>
    startProcess({ component: command, command: ip, args: ["netns", "exec", network, command, ...args] });
  const tcpdump = started.use(inside(locateComponent("tcpdump"), ["-i", "any", "-nn", "-l", "-q", FILTER]));
  await waitFor("tcpdump to listen", async () => assert.match(tcpdump.output(), /listening on any/));
  const input: SceneInput = { forbidden: FORBIDDEN, hidden: HIDDEN, allow, port: PORT, permitted: PERMITTED };
  const scene = started.use(
    inside(process.execPath, [join(import.meta.dirname, "forbidden-scene.ts"), JSON.stringify(input)]),
  );
  let result: SceneResult | undefined;
  await waitFor(
    "the end of the scene",
    async () => {
      const line = /^result (.*)$/m.exec(scene.output())?.[1];
      assert.ok(line !== undefined, `${scene.ended() ?? "running"}\n${scene.output()}`);
      result = JSON.parse(line);
    },
    { withinMs: 180_000, everyMs: 500 },
  );
  await tcpdump.stop();
  const packets = tcpdump
    .output()
    .split("\n")
    .filter((line) => / IP6? /.test(line));
  assert.ok(result !== undefined);
  return { packets, result };
}
