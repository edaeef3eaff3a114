import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isObject, memberAt, parseJson, textAt } from "../../src/base/json.ts";
import { locateComponent } from "./component.ts";
import { startProcess, untilReady } from "./process.ts";

/** One page of a real Chromium without a window, over its DevTools protocol. */
export interface Page extends AsyncDisposable {
  /** Loads an address and waits until all of it is there. */
  open(url: string): Promise<void>;
  /** The value of an expression in the page; it must be JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** What was written to the console, and what the page's policy refused. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for. */
  readonly requests: readonly string[];
  /** A picture of the whole page, as PNG. */
  screenshot(file: string): Promise<void>;
  setDark(dark: boolean): Promise<void>;
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  /** Default: on. */
  readonly javaScript?: boolean;
}

export async function startPage({ width = 1280, height = 900, javaScript = true }: PageOptions = {}): Promise<Page> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "dnsalias-chromium-"));
  starting.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
  ];
  const args = [...flags, "--remote-debugging-port=0", `--user-data-dir=${folder}`, "about:blank"];
  const browser = startProcess({ component: "chromium", command: locateComponent("chromium"), args });
  starting.defer(() => browser.stop());
  const endpoint = (): string | undefined => /DevTools listening on (ws:\/\/\S+)/.exec(browser.output())?.[1];
  const probe = async () => (endpoint() === undefined ? "no DevTools yet" : undefined);
  await untilReady(browser, { component: "chromium", deadlineMs: 60_000, probe });
  const targets: unknown = await (await fetch(`http://${new URL(endpoint() ?? "").host}/json`)).json();
  const target = (Array.isArray(targets) ? targets : []).find((one) => textAt(one, "type") === "page");
  const socket = starting.use(await connect(textAt(target, "webSocketDebuggerUrl")));
  const { send, events } = socket;
  for (const domain of ["Page", "Network", "Log", "Runtime"]) {
    await send(`${domain}.enable`);
  }
  await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  await send("Emulation.setScriptExecutionDisabled", { value: !javaScript });
  const owned = starting.move();
  return {
    async open(url) {
      const before = events("Page.loadEventFired").length;
      await send("Page.navigate", { url });
      await until(() => events("Page.loadEventFired").length > before);
    },
    async evaluate(expression) {
      const answer = await send("Runtime.evaluate", { expression, returnByValue: true });
      return memberAt(answer, "result", "value");
    },
    get complaints() {
      return [
        ...events("Log.entryAdded").map((event) => textAt(event, "entry", "text")),
        ...events("Runtime.exceptionThrown").map((event) => textAt(event, "exceptionDetails", "text")),
      ];
    },
    get requests() {
      return events("Network.requestWillBeSent").map((event) => textAt(event, "request", "url"));
    },
    async screenshot(file) {
      const picture = await send("Page.captureScreenshot", { captureBeyondViewport: true, format: "png" });
      await writeFile(file, Buffer.from(textAt(picture, "data"), "base64"));
    },
    async setDark(dark) {
      const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
      await send("Emulation.setEmulatedMedia", { features });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface DevTools extends Disposable {
  readonly send: (method: string, params?: object) => Promise<unknown>;
  /** The parameters of every event of a name so far. */
  readonly events: (method: string) => readonly unknown[];
}

async function connect(url: string): Promise<DevTools> {
  const socket = new WebSocket(url);
  await once(socket, "open");
  const seen: { readonly method: string; readonly params: unknown }[] = [];
  const waiting = new Map<number, (answer: unknown) => void>();
  let last = 0;
  socket.addEventListener("message", ({ data }) => {
    const message = parseJson(String(data));
    const id = isObject(message) ? message["id"] : undefined;
    if (typeof id === "number") {
      waiting.get(id)?.(memberAt(message, "result"));
      waiting.delete(id);
    } else {
      seen.push({ method: textAt(message, "method"), params: memberAt(message, "params") });
    }
  });
  return {
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        last += 1;
        const timer = setTimeout(() => reject(new Error(`Chromium does not answer ${method}`)), 30_000);
        waiting.set(last, (answer) => {
          clearTimeout(timer);
          resolve(answer);
        });
        socket.send(JSON.stringify({ id: last, method, params }));
      }),
    events: (method) => seen.filter((event) => event.method === method).map(({ params }) => params),
    [Symbol.dispose]: () => socket.close(),
  };
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error("the page was not loaded in time");
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
