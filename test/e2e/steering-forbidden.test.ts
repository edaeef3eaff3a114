import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { skipWithout } from "../support/component.ts";
import { addressesBecome } from "./served.ts";
import {
  DOMAIN,
  healthyReason,
  quickCheck,
  startSteeringLab,
  statusBecomes,
  type SteeringLab,
} from "./steering-lab.ts";

const ALLOWED = "127.1.0.1";
/** Where a listener records each connection: an own address, and addresses in no allowed network. */
const FORBIDDEN = ["127.0.0.1", "127.2.0.1", "127.2.0.2"];
/** Where nothing listens, so that a check would fail. */
const SPECIAL = ["10.1.2.3", "169.254.169.254", "168.63.129.16", "fd00:ec2::254", "::1"];

describe("health checks of forbidden addresses", { skip: skipWithout("named", "dig", "openssl") }, () => {
  let lab: SteeringLab;
  const listeners: Server[] = [];
  const connections: string[] = [];

  before(async () => {
    lab = await startSteeringLab({
      servers: [ALLOWED],
      allow: ["127.1.0.0/16"],
      spec: (port) => ({
        selection: "Failover",
        targets: [
          { name: "main", addresses: [ALLOWED] },
          { name: "forbidden", addresses: [...FORBIDDEN, ...SPECIAL] },
        ],
        healthCheck: quickCheck(port),
      }),
    });
    for (const address of FORBIDDEN) {
      const listener = createServer((socket) => {
        connections.push(`${address} from ${socket.remoteAddress}`);
        socket.destroy();
      });
      listener.listen(lab.port, address);
      await once(listener, "listening");
      listeners.push(listener);
    }
  });
  after(async () => {
    listeners.forEach((listener) => listener.close());
    await lab[Symbol.asyncDispose]();
  });

  test("no connection arrives, and the status names an address", async () => {
    await addressesBecome(lab.bind, DOMAIN, "A", [ALLOWED]);
    const status = await statusBecomes(lab, "CheckRefused", (now) => assert.equal(healthyReason(now), "CheckRefused"));
    // Two periods.
    await delay(11_000);
    assert.deepEqual(connections, []);
    const message = status.conditions.find(({ type }) => type === "Healthy")?.message ?? "";
    assert.match(message, /^\S+ is not checked\. Ask the operator to allow its network with --health-check-allow\.$/);
    assert.match(await lab.metrics(), /dnsalias_health_checks_total\{kind="httpGet",result="success"\} [1-9]/);
    assert.doesNotMatch(await lab.metrics(), /dnsalias_health_checks_total\{[^}]*result="(?:failure|local)"/);
  });

  test("a port that the installation doesn't check is refused, and the alias follows its targets by DNS alone", async () => {
    await lab.writeAlias({
      selection: "Failover",
      targets: [{ addresses: ["127.1.0.9"] }, { addresses: ["127.2.0.9"] }],
      healthCheck: { tcpSocket: { port: 22 } },
    });
    await addressesBecome(lab.bind, DOMAIN, "A", ["127.1.0.9"]);
    const status = await statusBecomes(lab, "HealthCheckNotAllowed", (now) =>
      assert.equal(now.conditions.find(({ type }) => type === "Accepted")?.reason, "HealthCheckNotAllowed"),
    );
    assert.equal(
      status.conditions.find(({ type }) => type === "Accepted")?.message,
      "Port 22 is not checked in this installation. Use 80, 443, or 1024 to 65535.",
    );
  });
});
