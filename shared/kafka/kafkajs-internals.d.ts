/** Types of what is imported from inside kafkajs 2.2.4, which ships none for its internals.
 *  `test/unit/shared/kafka/kafkajs-internals.test.ts` fails when the version or one of these shapes changes. */

declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net';

  export interface KafkajsLogger {
    namespace(name: string): KafkajsLogger;
    debug(message: string, extra?: object): void;
    info(message: string, extra?: object): void;
    warn(message: string, extra?: object): void;
    error(message: string, extra?: object): void;
  }

  export interface KafkajsSocketOptions {
    readonly host: string;
    readonly port: number;
    readonly ssl: object | null;
    readonly onConnect: () => void;
  }

  export interface KafkajsRequest {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<unknown>;
  }

  export interface KafkajsResponse {
    decode(raw: Buffer): Promise<object>;
    parse(decoded: object): Promise<unknown>;
  }

  export type ApiVersions = Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>>;

  /** One TCP connection, with frames, correlation and SASL. */
  export default class Connection {
    constructor(options: {
      host: string;
      port: number;
      logger: KafkajsLogger;
      socketFactory: (options: KafkajsSocketOptions) => Socket;
      requestTimeout: number;
      connectionTimeout: number;
      enforceRequestTimeout: boolean;
      maxInFlightRequests: number | null;
      clientId: string;
      ssl: object | null;
      sasl: object | null;
    });
    readonly socket: Socket | undefined;
    readonly requestQueue: { rejectAll(error: Error): void; destroy(): void };
    readonly authHandlers: { onError(): void } | null;
    /** Milliseconds that the broker takes a sign-in for; a Long, 0 for ever. */
    readonly sessionLifetime: { toString(): string };
    /** A request within so many ms of the end of that signs in again first. */
    reauthenticationThreshold: number;
    /** Pieces of an answer that is not complete. */
    chunks: Buffer[];
    /** Bytes that it waits for until an answer, or the length of one, is complete. */
    readonly bytesNeeded: number;
    /** Takes bytes that the socket read. */
    processData: (bytes: Buffer) => void;
    setVersions(versions: ApiVersions): void;
    setSupportAuthenticationProtocol(supported: boolean): void;
    connect(): Promise<boolean>;
    authenticate(): Promise<void>;
    send(request: { request: KafkajsRequest; response: KafkajsResponse; logResponseError?: boolean }): Promise<unknown>;
  }
}

declare module 'kafkajs/src/broker/saslAuthenticator/index.js' {
  import type { KafkajsLogger } from 'kafkajs/src/network/connection.js';

  export interface ExchangeSetup {
    readonly host: string;
    readonly port: number;
    readonly logger: KafkajsLogger;
    /** Sends one message of the exchange and resolves with the broker's; bytes have their length in front. */
    readonly saslAuthenticate: <T>(message: {
      readonly request: { encode(): Promise<Buffer> };
      readonly response?: { decode(bytes: Buffer): Promise<T>; parse(decoded: T): Promise<T> };
    }) => Promise<T | undefined>;
  }

  export interface SaslExchange {
    authenticate(): Promise<void>;
  }

  export type SaslExchangeProvider = (setup: ExchangeSetup) => SaslExchange;
  export type PasswordExchange = (credentials: {
    readonly username: string;
    readonly password: string;
  }) => SaslExchangeProvider;
}

declare module 'kafkajs/src/broker/saslAuthenticator/plain.js' {
  import type { PasswordExchange } from 'kafkajs/src/broker/saslAuthenticator/index.js';

  const plain: PasswordExchange;
  export default plain;
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram256.js' {
  import type { PasswordExchange } from 'kafkajs/src/broker/saslAuthenticator/index.js';

  const scram256: PasswordExchange;
  export default scram256;
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram512.js' {
  import type { PasswordExchange } from 'kafkajs/src/broker/saslAuthenticator/index.js';

  const scram512: PasswordExchange;
  export default scram512;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** Requests of one connection that wait for the answer, or to be sent. */
  export default class RequestQueue {
    constructor(options: object);
    readonly pending: unknown[];
    throttledUntil: number;
    scheduleCheckPendingRequests(): void;
    checkPendingRequests(): void;
    destroy(): void;
  }
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  import type { KafkajsRequest, KafkajsResponse } from 'kafkajs/src/network/connection.js';

  export interface RequestDefinition {
    readonly versions: readonly string[];
    protocol(options: { version: number }): (args?: object) => {
      request: KafkajsRequest;
      response: KafkajsResponse;
    };
  }
  const protocol: { readonly requests: Readonly<Record<string, RequestDefinition>> };
  export default protocol;
}

declare module 'kafkajs/src/protocol/requests/apiKeys.js' {
  const apiKeys: Readonly<Record<string, number>>;
  export default apiKeys;
}

declare module 'kafkajs/src/protocol/error.js' {
  const protocolError: {
    readonly errorCodes: readonly {
      readonly code: number;
      readonly type: string;
      readonly retriable: boolean;
      readonly message: string;
    }[];
  };
  export default protocolError;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    constructor(initialSize?: number);
    readonly buffer: Buffer;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: number): this;
    writeString(value: string | null): this;
    writeBytes(value: Buffer | null): this;
    writeBufferInternal(value: Buffer): void;
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readonly buffer: Buffer;
    /** Where it reads next. */
    readonly offset: number;
    canReadBytes(length: number): boolean;
    forward(bytes: number): void;
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    /** Null for -1; fewer where the buffer ends. */
    readBytes(length: number): Buffer | null;
    /** Reads zeros past the end, and a number of any length. */
    readVarInt(): number;
    readVarLong(): { toString(): string };
  }
}

declare module 'kafkajs/src/protocol/messageSet/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js';

  export interface LegacyMessage {
    readonly offset: string;
    readonly magicByte: number;
    readonly attributes: number;
    /** Epoch ms; absent in format 0. */
    readonly timestamp?: string;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
  }
  /** Decodes message formats 0 and 1, compressed ones too. */
  export default function decodeMessageSet(decoder: Decoder, size: number): Promise<LegacyMessage[]>;
}

declare module 'kafkajs/src/protocol/message/compression/index.js' {
  const compression: {
    readonly Types: Readonly<Record<string, number>>;
    readonly Codecs: Record<number, () => { decompress(bytes: Buffer): Promise<Buffer> }>;
  };
  export default compression;
}

declare module 'kafkajs/src/consumer/assignerProtocol.js' {
  const assignerProtocol: {
    readonly MemberMetadata: {
      encode(options: { version: number; topics: readonly string[]; userData?: Buffer }): Buffer;
      decode(bytes: Buffer): { version: number; topics: string[]; userData: Buffer | null };
    };
    readonly MemberAssignment: {
      encode(options: { version: number; assignment: Record<string, readonly number[]>; userData?: Buffer }): Buffer;
      decode(bytes: Buffer): { version: number; assignment: Record<string, number[]>; userData: Buffer | null } | null;
    };
  };
  export default assignerProtocol;
}

declare module 'kafkajs/src/producer/partitioners/default/murmur2.js' {
  /** Java's `Utils.murmur2`; a signed 32-bit number. */
  export default function murmur2(key: Buffer): number;
}
