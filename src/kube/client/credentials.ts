/** The data for a connection to the API server, after files and plugins have been read. */
export interface Credentials {
  /** `https://host:port`, with a path if the API server has one; no final slash. */
  readonly server: string;
  /** For example Authorization and Impersonate-User. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  /** The URL of an HTTP proxy before the API server. */
  readonly proxy?: string;
}

export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface CredentialSource {
  /** For users: "the cluster this pod runs in", "context prod". */
  readonly description: string;
  /** The namespace of the Pod or of the context. */
  readonly namespace: string;
  /** Reads files and calls plugins again; `fresh` ignores their caches. Throws AppError KUBE_REQUEST_FAILED. */
  read(options: { readonly fresh: boolean }): Promise<Credentials>;
}

/** True if the credentials differ only in headers, so that connections for one of them can be used with the other. */
export function sameConnection(a: Credentials, b: Credentials): boolean {
  return connectionOf(a) === connectionOf(b);
}

function connectionOf({ server, proxy, tls }: Credentials): string {
  const { ca, cert, key, servername, rejectUnauthorized } = tls;
  return JSON.stringify([server, proxy, ca, cert, key, servername, rejectUnauthorized]);
}
