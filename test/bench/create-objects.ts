import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import { textAt } from "../lab/kube-requests.ts";
import type { KubeApiserver } from "../support/kube-apiserver.ts";

/** Creates objects at an apiserver as its admin, many at once: ten thousand by kubectl would take minutes. Throws on the first refusal. */
export async function createObjects(
  { url, credentials }: Pick<KubeApiserver, "url" | "credentials">,
  manifests: readonly string[],
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE, ca: credentials.certificate });
  const headers = { authorization: `Bearer ${credentials.adminToken}`, "content-type": "application/json" };
  const queue = [...manifests].reverse();
  const post = (path: string, body: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}${path}`, { method: "POST", agent, headers }, resolve);
      sent.once("error", reject);
      sent.end(body);
    });
  const worker = async (): Promise<void> => {
    for (let manifest = queue.pop(); manifest !== undefined; manifest = queue.pop()) {
      const path = collectionOf(JSON.parse(manifest));
      const response = await post(path, manifest);
      const answer = await text(response);
      if (response.statusCode !== 201) {
        throw new Error(`POST ${path}: ${response.statusCode} ${answer.slice(0, 300)}`);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    agent.destroy();
  }
}

const AT_ONCE = 32;

function collectionOf(manifest: unknown): string {
  const kind = textAt(manifest, "kind");
  const version = textAt(manifest, "apiVersion");
  const root = version.includes("/") ? `/apis/${version}` : `/api/${version}`;
  const plural = kind.endsWith("s") ? `${kind}es` : `${kind}s`;
  return `${root}/namespaces/${textAt(manifest, "metadata", "namespace")}/${plural.toLowerCase()}`;
}
