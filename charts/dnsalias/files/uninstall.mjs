// What the Job after `helm uninstall` runs in addition: it deletes objects of the release that the chart doesn't create.
import { readFile } from "node:fs/promises";

// PATHS: paths of objects in the API, with commas between. Of ConfigMaps, only those of dnsalias are deleted.
const { PATHS = "", KUBERNETES_SERVICE_HOST = "", KUBERNETES_SERVICE_PORT = "443" } = process.env;
const { ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount" } = process.env;
const host = KUBERNETES_SERVICE_HOST.includes(":") ? `[${KUBERNETES_SERVICE_HOST}]` : KUBERNETES_SERVICE_HOST;
const headers = { authorization: `Bearer ${(await readFile(`${ACCOUNT}/token`, "utf8")).trim()}` };

for (const path of PATHS.split(",").filter((text) => text !== "")) {
  console.log(`${path}: ${(await isOfDnsalias(path)) ? await remove(path) : "not of dnsalias"}`);
}

async function isOfDnsalias(path) {
  if (!path.includes("/configmaps/")) {
    return true;
  }
  const response = await request("GET", path);
  const labels = response.status === 404 ? {} : (await response.json()).metadata.labels;
  return labels?.["app.kubernetes.io/managed-by"] === "dnsalias";
}

async function remove(path) {
  const response = await request("DELETE", path);
  return response.status === 404 ? "gone" : "deleted";
}

async function request(method, path) {
  const url = `https://${host}:${KUBERNETES_SERVICE_PORT}${path}`;
  const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(10_000) });
  if (!response.ok && response.status !== 404) {
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
  return response;
}
