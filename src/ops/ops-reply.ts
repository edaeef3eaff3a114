import { STATUS_PAGE_POLICY, statusPage } from "./status-page/status-page.ts";
import type { StatusView } from "./status-page/status-view.ts";

/** The content of the pages at the time of a request. */
export interface OpsPages {
  readonly metrics: () => Promise<MetricsPage>;
  /** Reasons to restart the process, one sentence each. Empty: the process is healthy. */
  readonly unhealthy: () => readonly string[];
  /** Reasons to send no queries to the process, one sentence each. Empty: it is ready. */
  readonly unready: () => readonly string[];
  /** The content of the status page at /, for the query of its URL. */
  readonly status: (query: URLSearchParams) => StatusView | Promise<StatusView>;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** The method and the target of an HTTP request, as Node.js reports them. */
interface OpsRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

export interface OpsReply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const PLAIN = "text/plain; charset=utf-8";

/** The reply to one request. Rejects if the page can't be created. */
export async function opsReply(pages: OpsPages, { method, url }: OpsRequest): Promise<OpsReply> {
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, contentType: PLAIN, text: "only GET and HEAD\n" };
  }
  const [path = "", query = ""] = (url ?? "/").split("?");
  switch (path) {
    case "/":
      return page(statusPage(await pages.status(new URLSearchParams(query))));
    case "/metrics":
      return { status: 200, ...(await pages.metrics()) };
    case "/healthz":
      return verdict(pages.unhealthy());
    case "/readyz":
      return verdict(pages.unready());
    default:
      return { status: 404, contentType: PLAIN, text: "there is /, /metrics, /healthz and /readyz\n" };
  }
}

function page(text: string): OpsReply {
  const headers = {
    "content-security-policy": STATUS_PAGE_POLICY,
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
  return { status: 200, contentType: "text/html; charset=utf-8", text, headers };
}

function verdict(problems: readonly string[]): OpsReply {
  return problems.length === 0
    ? { status: 200, contentType: PLAIN, text: "ok\n" }
    : { status: 503, contentType: PLAIN, text: `${problems.join("\n")}\n` };
}
