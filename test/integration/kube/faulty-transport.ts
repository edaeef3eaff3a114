import type { KubeResult } from "../../../src/kube/client/api-result.ts";
import type { KubeRequest, StreamResult, Transport } from "../../../src/kube/client/transport.ts";

/** A real transport that a test can cut, and that remembers what came back. */
export interface FaultyTransport extends Transport {
  /** Ends open streams with an error; until {@link mend} nothing gets through. */
  cut(): void;
  /** Ends open streams with an error; new ones wait for {@link mend}, however long that takes. */
  hold(): void;
  mend(): void;
  /** "list 200", "list 410", "watch 200", "watch event 410", in order. */
  readonly seen: readonly string[];
  /** Called after each answer to a list. */
  onListed: (path: string) => Promise<void>;
}

export function faultyTransport(real: Transport): FaultyTransport {
  const seen: string[] = [];
  let broken = new AbortController();
  let held = Promise.withResolvers<void>();
  held.resolve();
  const unreachable = { kind: "unreachable", message: "cut by the test" } as const;
  const faulty: FaultyTransport = {
    seen,
    onListed: () => Promise.resolve(),
    cut: () => broken.abort(new Error("cut by the test")),
    hold: () => {
      held = Promise.withResolvers();
      broken.abort(new Error("held by the test"));
      broken = new AbortController();
    },
    mend: () => {
      held.resolve();
      broken = new AbortController();
    },
    request: async (request: KubeRequest, signal): Promise<KubeResult> => {
      if (broken.signal.aborted) {
        return unreachable;
      }
      const result = await real.request(request, signal);
      seen.push(`list ${describe(result)}`);
      await faulty.onListed(request.path);
      return result;
    },
    stream: async (request, signal): Promise<StreamResult> => {
      await held.promise;
      if (broken.signal.aborted) {
        return unreachable;
      }
      const result = await real.stream(request, AbortSignal.any([signal, broken.signal]));
      seen.push(`watch ${describe(result)}`);
      return result.kind === "stream" ? { kind: "stream", chunks: observe(result.chunks, seen) } : result;
    },
    [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
  };
  return faulty;
}

async function* observe(chunks: AsyncIterable<Uint8Array>, seen: string[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const text = Buffer.from(chunk).toString("utf8");
    if (text.includes('"type":"ERROR"')) {
      seen.push(`watch event ${/"code":(\d+)/.exec(text)?.[1] ?? "?"}`);
    }
    if (text.includes('"type":"BOOKMARK"')) {
      seen.push("bookmark");
    }
    yield chunk;
  }
}

function describe(result: KubeResult | StreamResult): string {
  switch (result.kind) {
    case "ok":
      return String(result.status);
    case "stream":
      return "200";
    case "status":
      return String(result.code);
    case "unreachable":
      return "unreachable";
  }
}
