import { type AddressWords, textOfAddress } from "../address-words.ts";

export type SocketFamily = 4 | 6;

/** The local address that a packet was sent to, and the number of its interface (IP_PKTINFO, IPV6_PKTINFO). */
export interface LocalAddress extends AddressWords {
  readonly interfaceIndex: number;
}

/** The sender of a packet. The address is text only where text is needed. */
export class PacketPeer implements AddressWords {
  readonly family: SocketFamily;
  readonly first: number;
  readonly second: number;
  readonly third: number;
  readonly fourth: number;
  readonly port: number;
  /** The number of the interface of a link-local IPv6 address, or else 0. */
  readonly scope: number;
  /** The address that an answer must leave from. Undefined: the socket has only one address. */
  readonly local: LocalAddress | undefined;

  constructor(address: AddressWords, port: number, scope: number, local: LocalAddress | undefined) {
    this.family = address.family;
    this.first = address.first;
    this.second = address.second;
    this.third = address.third;
    this.fourth = address.fourth;
    this.port = port;
    this.scope = scope;
    this.local = local;
  }

  get words(): AddressWords {
    return this;
  }

  get address(): string {
    return textOfAddress(this);
  }
}
