import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { TargetSet, TargetZones } from "./target-zones.ts";

/** Changes the targets from a shell: `curl -X PUT URL/pop.edge.test/A -d '11.2.0.7 11.2.0.8'`, an empty body removes. */
export interface TargetConsole extends AsyncDisposable {
  readonly url: string;
}

/** On a free port of 127.0.0.1. */
export async function startTargetConsole(targets: TargetZones, ttl = 10): Promise<TargetConsole> {
  const server = createServer((request, response) => {
    void change(targets, ttl, request).then(
      (said) => response.end(`${said}\n`),
      (error: unknown) => response.writeHead(400).end(`${String(error)}\n`),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function change(targets: TargetZones, ttl: number, request: IncomingMessage): Promise<string> {
  const [, name = "", typeText = ""] = (request.url ?? "").split("/");
  const type = TYPES.find((known) => known === typeText.toUpperCase());
  if (request.method !== "PUT" || name === "" || type === undefined) {
    throw new Error(`PUT /NAME/TYPE with data in the body, TYPE one of ${TYPES.join(", ")}`);
  }
  const data = (await text(request)).split(/\s+/).filter((word) => word !== "");
  await targets.set({ name: name.replace(/\.$/, ""), type, ttl, data });
  return data.length === 0 ? `${name} ${type} is gone` : `${name} ${ttl} ${type} ${data.join(" ")}`;
}

const TYPES: readonly TargetSet["type"][] = ["A", "AAAA", "CNAME"];
