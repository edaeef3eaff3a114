/** The parts of a server block's key, `[scheme://]zone[:port]`. */
export interface CorefileKey {
  /** "dns" if the key has no scheme. */
  readonly scheme: string;
  /** Lower case with its final dot. */
  readonly zone: string;
  /** The port as written: digits or an environment variable. Undefined: the server's default. */
  readonly port: string | undefined;
}

export function parseCorefileKey(text: string): CorefileKey {
  const [, scheme = "dns", rest = ""] = SCHEME.exec(text) ?? [];
  const [, zone = "", port] = ZONE_AND_PORT.exec(rest) ?? [];
  const absolute = zone.endsWith(".") ? zone : `${zone}.`;
  return { scheme: scheme.toLowerCase(), zone: absolute.toLowerCase(), port };
}

/** True if both can be the same port. An environment variable can be any port. */
export function samePort(a: string | undefined, b: string | undefined): boolean {
  const left = a ?? DEFAULT_PORT;
  const right = b ?? DEFAULT_PORT;
  return left === right || left.startsWith("{") || right.startsWith("{");
}

const DEFAULT_PORT = "53";
const SCHEME = /^(?:([a-z0-9]+):\/\/)?([^]*)$/i;
const ZONE_AND_PORT = /^([^]*?)(?::(\d+|\{[$%][^}]*\}))?$/;
