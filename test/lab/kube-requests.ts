import type { IncomingMessage } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { KubeApiserver } from "../support/kube-apiserver.ts";

/** Requests to a laboratory apiserver as its admin; sturdier than kubectl where something is followed for long. */
export interface KubeRequests extends Disposable {
  /** The object at a path such as `/api/v1/namespaces/default/configmaps`; throws on any status but 200. */
  get(path: string): Promise<unknown>;
  /** Creates an object, given as JSON text, in the collection at a path; throws on any status but 201. */
  create(path: string, json: string): Promise<void>;
  /** Deletes the object at a path; throws on any status but 200. */
  remove(path: string): Promise<void>;
  /** Calls `onLine` for every event of a watch; ready when the server ends it, throws when it cannot be had. */
  watch(path: string, onLine: (event: unknown) => void, signal: AbortSignal): Promise<void>;
}

export function kubeRequests({ url, credentials }: Pick<KubeApiserver, "url" | "credentials">): KubeRequests {
  const agent = new Agent({ keepAlive: true, ca: credentials.certificate });
  const headers = { authorization: `Bearer ${credentials.adminToken}`, accept: "application/json" };
  const open = (path: string, options: RequestOptions = {}, body?: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request(
        `${url}${path}`,
        { agent, ...options, headers: Object.assign({}, headers, options.headers) },
        resolve,
      );
      sent.once("error", reject);
      sent.end(body);
    });
  return {
    get: async (path) => {
      const response = await open(path);
      const body = await text(response);
      if (response.statusCode !== 200) {
        throw new Error(`GET ${path}: ${response.statusCode} ${body.slice(0, 300)}`);
      }
      return JSON.parse(body);
    },
    create: async (path, json) => {
      const response = await open(path, { method: "POST", headers: { "content-type": "application/json" } }, json);
      const body = await text(response);
      if (response.statusCode !== 201) {
        throw new Error(`POST ${path}: ${response.statusCode} ${body.slice(0, 300)}`);
      }
    },
    remove: async (path) => {
      const response = await open(path, { method: "DELETE" });
      const body = await text(response);
      if (response.statusCode !== 200) {
        throw new Error(`DELETE ${path}: ${response.statusCode} ${body.slice(0, 300)}`);
      }
    },
    watch: async (path, onLine, signal) => {
      const response = await open(path, { signal });
      if (response.statusCode !== 200) {
        response.resume();
        throw new Error(`watch ${path}: ${response.statusCode}`);
      }
      for await (const line of createInterface({ input: response })) {
        onLine(JSON.parse(line));
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** A member of what JSON gave, by its path; undefined where anything on the way is missing. */
export function memberAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** As {@link memberAt}, for a text; "" where there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const member = memberAt(value, ...path);
  return typeof member === "string" ? member : "";
}

/** As {@link memberAt}, for a list; empty where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const member = memberAt(value, ...path);
  return Array.isArray(member) ? member : [];
}
